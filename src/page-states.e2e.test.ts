import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openBrowser } from './testing/open-browser.ts';
import { findAxeViolations, measureOverflow, readVitals, weigh, type Weight } from './testing/page-checks.ts';
import { startInstance, type TestInstance } from './testing/start-instance.ts';

const START_MS = 300_000;
const STEP_MS = 30_000;
/** Loading, drawing and judging some thirty states, on a machine that is busy with other tests, ms. */
const ALL_STATES_MS = 240_000;

/** What the sale page may weigh: its scripts are the 110 kB, the rest is what it has and a little. */
const BUDGET_BYTES: Weight = { script: 110_000, stylesheet: 6_000, font: 62_000, image: 20_000 };
const CLS_BUDGET = 0.02;

/** What was seen is kept here for people to look at. */
const ARTIFACTS = fileURLToPath(new URL('../screenshots', import.meta.url));

const DEVICES = {
  phone: { viewport: { width: 390, height: 844 }, colorScheme: 'light', hasTouch: true },
  desktop: { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
} satisfies Record<string, BrowserContextOptions>;

/** What zoom to 400 % leaves of a desktop's window (WCAG 1.4.10). */
const NARROW = { width: 320, height: 640 };

/** What is not a state of a sale. */
const OTHER_PAGES = [
  '/',
  '/drops',
  '/orders',
  '/profile',
  '/operator',
  '/nowhere',
  '/components?scene=loading',
];

describe('every page and state', () => {
  let browser: Browser;
  let instance: TestInstance;
  let paths: string[];

  beforeAll(async () => {
    await mkdir(ARTIFACTS, { recursive: true });
    browser = await openBrowser();
    instance = await startInstance({ WEB_CONCURRENCY: '1' });
    const page = await openPage('/components', DEVICES.desktop);
    await page.getByRole('heading', { name: 'Before the opening', exact: true }).waitFor();
    const links = await page.locator('.scene-title a').all();
    const scenes = await Promise.all(links.map(async (link) => (await link.getAttribute('href')) ?? ''));
    await page.close();
    paths = [...scenes, ...OTHER_PAGES];
  }, START_MS);

  afterAll(async () => {
    await browser.close();
    await instance.stop();
  }, 60_000);

  async function openPage(path: string, options: BrowserContextOptions): Promise<Page> {
    const page = await browser.newPage(options);
    page.setDefaultTimeout(STEP_MS);
    await page.goto(`${instance.url}${path}`);
    return page;
  }

  /** Drawn whole: nothing is loading any more, and the faces are there. */
  async function untilDrawn(page: Page, path: string) {
    await page.locator('main h1').first().waitFor();
    if (!path.includes('loading')) await page.getByText(/^Loading/).waitFor({ state: 'detached' });
    if (!path.includes('scene=')) await page.waitForLoadState('networkidle');
    await page.evaluate('document.fonts.ready');
  }

  /** On a busy machine a face that is optional may come too late for a page, which is then drawn with another one, and wraps elsewhere. */
  async function waitForFaces(page: Page) {
    await page.route('**/*.css', async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replaceAll(/font-display:\s*optional/g, 'font-display:block');
      await route.fulfill({ response, body });
    });
  }

  const nameOf = (path: string) => path.replace(/^.*=/, '').replace(/^\//, '') || 'sale';

  it.each(['phone', 'desktop'] as const)(
    'keeps to WCAG 2.2 AA, fits and keeps the button in its place on a %s',
    async (device) => {
      const found: string[] = [];
      const buttonTops: number[] = [];
      const page = await browser.newPage(DEVICES[device]);
      page.setDefaultTimeout(STEP_MS);
      await waitForFaces(page);
      for (const path of paths) {
        await page.goto(`${instance.url}${path}`);
        await untilDrawn(page, path);
        await page.screenshot({ path: join(ARTIFACTS, `${device}-${nameOf(path)}.png`), fullPage: true });
        found.push(...(await findAxeViolations(page)).map((violation) => `${path}: ${violation}`));
        const button = page.getByTestId('buy');
        if (path.includes('scene=') && (await button.count()) > 0) {
          buttonTops.push((await button.boundingBox())!.y);
        }
        for (const size of [DEVICES[device].viewport, NARROW]) {
          await page.setViewportSize(size);
          const overflow = await measureOverflow(page);
          if (overflow > 0) found.push(`${path}: ${overflow} px too wide for ${size.width}`);
        }
        await page.setViewportSize(DEVICES[device].viewport);
      }
      await page.close();
      expect(paths.length).toBeGreaterThan(25);
      expect(found).toEqual([]);
      // A pixel of rounding.
      expect(Math.max(...buttonTops) - Math.min(...buttonTops)).toBeLessThanOrEqual(1);
    },
    ALL_STATES_MS,
  );

  it('loads the sale within its budget of bytes, from nowhere else, and nothing jumps', async () => {
    const page = await browser.newPage(DEVICES.phone);
    const { weight } = weigh(page);
    const loaded: string[] = [];
    const strangers: string[] = [];
    page.on('request', (request) => {
      loaded.push(new URL(request.url()).pathname);
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(instance.url))
        strangers.push(request.url());
    });
    await page.goto(instance.url);
    await page.getByTestId('buy').waitFor();
    await page.waitForLoadState('load');
    const bytes = await weight();
    const vitals = await readVitals(page);
    await page.close();
    await writeFile(join(ARTIFACTS, 'vitals.json'), JSON.stringify({ bytes, ...vitals }, null, 2) + '\n');
    expect(strangers).toEqual([]);
    expect(loaded.filter((path) => /operator|desk/.test(path))).toEqual([]);
    const overweight = Object.entries(BUDGET_BYTES).filter(
      ([kind, most]) => bytes[kind as keyof Weight] > most,
    );
    expect({ bytes, overweight }).toEqual({ bytes, overweight: [] });
    expect(vitals.cls).toBeLessThan(CLS_BUDGET);
  }, 60_000);

  it('signs in from the keyboard alone, and the dialog gives the focus back', async () => {
    const page = await openPage('/', DEVICES.desktop);
    await page.getByTestId('buy').waitFor();
    const opener = page.getByRole('button', { name: 'Sign in', exact: true });
    await opener.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByLabel('E-mail').waitFor();
    expect(await findAxeViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.locator('button:focus', { hasText: 'Sign in' }).waitFor();
    await page.close();
  }, 60_000);

  it('buys from the keyboard alone, and the focus goes to the result', async () => {
    const page = await openPage('/', { ...DEVICES.desktop, reducedMotion: 'reduce' });
    await page.getByTestId('buy').focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-testid=standing][data-kind=confirmed]').waitFor();
    await page.locator('.standing-title:focus').waitFor();
    expect(await page.locator('.standing [role=status]').textContent()).toContain('Confirmed');
    await page.getByTestId('order').waitFor();
    expect(await findAxeViolations(page)).toEqual([]);
    // The pages of somebody who is signed in and has an order.
    for (const [name, shown] of [
      ['orders', 'order'],
      ['profile', 'profile'],
    ] as const) {
      await page.goto(`${instance.url}/${name}`);
      await page.getByTestId(shown).waitFor();
      await page.evaluate('document.fonts.ready');
      await page.screenshot({ path: join(ARTIFACTS, `desktop-my-${name}.png`) });
      expect(await findAxeViolations(page)).toEqual([]);
    }
    await page.close();
  }, 60_000);
});
