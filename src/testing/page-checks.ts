import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { Page, Response } from 'playwright-core';

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface AxeViolation {
  id: string;
  nodes: { target: string[]; failureSummary?: string }[];
}

/** What axe finds against WCAG 2.2 A and AA on the page as it is now, one line each; evaluated, so that the CSP holds. */
export async function findAxeViolations(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(axePath, 'utf8'));
  const violations = await page.evaluate<AxeViolation[]>(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then((found) => found.violations)`,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary = '' }) => `${id} at ${target.join(' ')}: ${failureSummary}`),
  );
}

/** How far the page is wider than its window, in CSS pixels: more than 0 makes a phone scroll sideways. */
export async function measureOverflow(page: Page): Promise<number> {
  return Number(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'));
}

export type Weight = Record<'script' | 'stylesheet' | 'font' | 'image', number>;

/** Counts the bytes of what a page loads from now until it is asked: text gzipped, as it travels, faces and pictures as they are. */
export function weigh(page: Page): { weight: () => Promise<Weight> } {
  const parts: Promise<[keyof Weight, number]>[] = [];
  const take = (response: Response): void => {
    const kind = response.request().resourceType();
    if (!isWeighed(kind)) return;
    const isText = kind === 'script' || kind === 'stylesheet';
    parts.push(response.body().then((body) => [kind, isText ? gzipSync(body).length : body.length]));
  };
  page.on('response', take);
  return {
    weight: async () => {
      page.off('response', take); // what comes later may be cut by the page's end
      const weight: Weight = { script: 0, stylesheet: 0, font: 0, image: 0 };
      for (const [kind, bytes] of await Promise.all(parts)) weight[kind] += bytes;
      return weight;
    },
  };
}

const isWeighed = (kind: string): kind is keyof Weight =>
  kind === 'script' || kind === 'stylesheet' || kind === 'font' || kind === 'image';

export interface Vitals {
  lcpMs: number;
  cls: number;
}

/** Largest Contentful Paint and Cumulative Layout Shift so far, as Chromium measures them. */
export async function readVitals(page: Page): Promise<Vitals> {
  return page.evaluate<Vitals>(`new Promise((resolve) => {
    const seen = { lcpMs: 0, cls: 0 };
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.lcpMs = entry.startTime;
    }).observe({ type: 'largest-contentful-paint', buffered: true });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.cls += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
    requestAnimationFrame(() => setTimeout(() => resolve(seen), 0));
  })`);
}
