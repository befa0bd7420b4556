import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { LiveBody } from './contracts/live-http.ts';
import { aBusyHour } from './testing/a-busy-hour.ts';
import { findAxeViolations, measureOverflow } from './testing/page-checks.ts';
import { until } from './testing/until.ts';
import { givenSale } from './testing/test-sale.ts';
import { ARTIFACTS, LAPTOP, PHONE, startTestDesk, type TestDesk } from './testing/test-desk.ts';

const TEST_MS = 120_000;
/** What zoom to 400 % leaves of a desktop's window (WCAG 1.4.10). */
const NARROW = { width: 320, height: 640 };
const WALLS = { 'wall-1080': { width: 1920, height: 1080 }, 'wall-1440': { width: 2560, height: 1440 } };
const SCHEMES = ['light', 'dark'] as const;

const LATENCIES = {
  accept: { p50: 1.1, p95: 3.2, p99: 6.4 },
  settle: { p50: 8.4, p95: 21, p99: 64 },
  outcome: { p50: 12, p95: 33, p99: 92 },
};

describe('the look of the operator’s desk', () => {
  let desk: TestDesk;
  beforeAll(async () => {
    desk = await startTestDesk();
  }, TEST_MS);
  afterEach(() => desk.closePages());
  afterAll(() => desk.close(), 60_000);

  /** The live screen of a sale in the middle of a busy hour, which its stores have not seen. */
  async function openBusyScreen(colorScheme: (typeof SCHEMES)[number]): Promise<Page> {
    const { saleId } = await givenSale(desk.pipeline, { name: 'Midnight sneaker drop', stock: 10_000 });
    const { stock, ...hour } = aBusyHour(Math.floor(Date.now() / 1_000));
    const page = await desk.openAs('operator', '/operator', { colorScheme });
    await page.route('**/api/admin/sales/*/live*', async (route) => {
      const response = await route.fetch();
      if (!response.ok()) return route.fulfill({ response }); // no figures to put an hour on
      const body = (await response.json()) as LiveBody;
      const throughput = { attemptsPerSec: 38, confirmedPerSec: 4 };
      const stats = { ...body.stats, stock, throughput, latencyMs: LATENCIES };
      await route.fulfill({ json: { ...body, ...hour, stats } });
    });
    await page.goto(`${desk.api.url}/operator/sales/${saleId}`);
    await page.getByTestId('promises').getByText('All kept').waitFor();
    await page.getByRole('button', { name: '1 hour' }).click();
    return page;
  }

  /** Every chart fills its box, as it does a moment after the window has changed. */
  const untilFitted = (page: Page) =>
    until(
      () =>
        page.evaluate<boolean>(`(() => {
          const boxes = [...document.querySelectorAll('.chart-box')];
          const isFitted = (box) => {
            const chart = box.querySelector('.uplot');
            return chart && Math.abs(chart.offsetWidth - box.clientWidth) <= 1;
          };
          return boxes.length > 0 && boxes.every(isFitted);
        })()`),
      { timeoutMs: 30_000, what: 'there are charts, and each fills its box' },
    );

  it(
    'shows an hour on a laptop and on a wall, light and dark, for everybody',
    async () => {
      const found: string[] = [];
      for (const colorScheme of SCHEMES) {
        const page = await openBusyScreen(colorScheme);
        for (const [name, size] of Object.entries({
          laptop: LAPTOP,
          ...WALLS,
          phone: PHONE,
          narrow: NARROW,
        })) {
          await page.setViewportSize(size);
          await untilFitted(page);
          await page.screenshot({ path: join(ARTIFACTS, `desk-${name}-${colorScheme}.png`), fullPage: true });
          const overflow = await measureOverflow(page);
          if (overflow > 0) found.push(`${name}: ${overflow} px too wide`);
        }
        found.push(...(await findAxeViolations(page)));
      }
      expect(found).toEqual([]);
    },
    2 * TEST_MS,
  );

  it.each([
    ['signed-out', '/operator', null, 'desk-sign-in'],
    ['forbidden', '/operator', 'shopper', 'desk-state'],
    ['list', '/operator', 'operator', 'sales'],
    ['admins-only', '/operator/users', 'operator', 'desk-state'],
    ['not-found', '/operator/nowhere', 'operator', 'desk-state'],
    ['no-such-sale', '/operator/sales/00000000-0000-4000-8000-000000000000', 'operator', 'desk-state'],
  ] as const)(
    'keeps to WCAG 2.2 AA when it is %s',
    async (name, path, role, testId) => {
      await givenSale(desk.pipeline);
      const page = await desk.openAs(role, path);
      await page.getByTestId(testId).first().waitFor();
      await page.screenshot({ path: join(ARTIFACTS, `desk-${name}.png`) });
      expect(await findAxeViolations(page)).toEqual([]);
    },
    TEST_MS,
  );

  it.each([
    ['loading', undefined, 'loading'],
    ['failing', { status: 500, json: { code: 'internal_error', detail: 'Try again.' } }, 'desk-state'],
    ['empty', { status: 200, json: { sales: [] } }, 'desk-state'],
  ] as const)(
    'keeps to WCAG 2.2 AA while it is %s',
    async (name, answer, testId) => {
      const page = await desk.openAs('operator', '/operator/nowhere');
      await page.route('**/api/admin/sales**', (route) =>
        answer ? route.fulfill(answer) : new Promise(() => {}),
      );
      await page.getByRole('link', { name: 'Sales', exact: true }).click();
      await page.getByTestId(testId).first().waitFor();
      await page.screenshot({ path: join(ARTIFACTS, `desk-${name}.png`) });
      expect(await findAxeViolations(page)).toEqual([]);
    },
    TEST_MS,
  );
});
