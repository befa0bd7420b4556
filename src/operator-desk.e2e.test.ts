import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { Role } from './contracts/http.ts';
import type { LiveBody } from './contracts/live-http.ts';
import { createPasswords } from './features/account/password.ts';
import { aBusyHour } from './testing/a-busy-hour.ts';
import { openBrowser } from './testing/open-browser.ts';
import { findAxeViolations, measureOverflow } from './testing/page-checks.ts';
import { until } from './testing/until.ts';
import { startTestApi, tokenOf, type TestApi } from './testing/test-api.ts';
import { givenOperator, type TestOperator } from './testing/test-operator.ts';
import { startTestPipeline, type TestPipeline } from './testing/test-pipeline.ts';
import { givenSale } from './testing/test-sale.ts';

const STEP_MS = 30_000;
const TEST_MS = 120_000;
const ARTIFACTS = fileURLToPath(new URL('../screenshots', import.meta.url));

const LAPTOP = { width: 1366, height: 768 };
const PHONE = { width: 390, height: 844 };
/** What zoom to 400 % leaves of a desktop's window (WCAG 1.4.10). */
const NARROW = { width: 320, height: 640 };
const WALLS = { 'wall-1080': { width: 1920, height: 1080 }, 'wall-1440': { width: 2560, height: 1440 } };
const SCHEMES = ['light', 'dark'] as const;

const PASSWORD = 'a long way round the lake';
const LATENCIES = {
  accept: { p50: 1.1, p95: 3.2, p99: 6.4 },
  settle: { p50: 8.4, p95: 21, p99: 64 },
  outcome: { p50: 12, p95: 33, p99: 92 },
};

describe('the operator’s desk in a browser', () => {
  let browser: Browser;
  let pipeline: TestPipeline;
  let api: TestApi;
  let operator: TestOperator;
  let contexts: BrowserContext[] = [];

  beforeAll(async () => {
    await mkdir(ARTIFACTS, { recursive: true });
    browser = await openBrowser();
    pipeline = await startTestPipeline();
    api = await startTestApi(pipeline);
    await pipeline.startWorker();
    operator = await givenOperator(api, pipeline.db);
    await pipeline
      .db('users')
      .where({ id: operator.id })
      .update({ password_hash: await createPasswords().hash(PASSWORD) });
  }, TEST_MS);
  afterEach(async () => {
    for (const context of contexts) {
      for (const page of context.pages()) await page.unrouteAll({ behavior: 'ignoreErrors' });
      await context.close();
    }
    contexts = [];
  });
  afterAll(async () => {
    await browser.close();
    await api.close();
    await pipeline.close();
  }, 60_000);

  async function open(
    path: string,
    options: BrowserContextOptions & { as?: { id: string; role: Role } } = {},
  ) {
    const { as, ...rest } = options;
    const context = await browser.newContext({ viewport: LAPTOP, ...rest });
    contexts.push(context);
    context.setDefaultTimeout(STEP_MS);
    if (as) {
      const user = { id: as.id, email: `${as.id}@test.invalid`, name: as.role, role: as.role };
      const accessToken = tokenOf(as.id, { role: as.role }).replace('Bearer ', '');
      const session = JSON.stringify({ user, accessToken, expiresAtMs: Date.now() + 3_600_000 });
      await context.addInitScript(`localStorage.setItem('stampede.session', ${JSON.stringify(session)})`);
    }
    const page = await context.newPage();
    await page.goto(api.url + path);
    return page;
  }
  const openDesk = (path: string, options: BrowserContextOptions = {}) =>
    open(path, { ...options, as: { id: operator.id, role: 'operator' } });
  const stateAtDesk = (page: Page, state: string) =>
    page.locator(`[data-testid=sale-state][data-state=${state}]`);

  it(
    'pauses and resumes a sale, and a shopper’s page hears of it by its socket alone',
    async () => {
      const { saleId } = await givenSale(pipeline);
      const desk = await openDesk(`/operator/sales/${saleId}`);
      await desk.getByTestId('remaining').waitFor();
      const shopper = await open(`/?sale=${saleId}`);
      await shopper.locator('[data-testid=state][data-state=open]').waitFor();
      await shopper.route('**/api/flash-sale/**', (route) => route.abort()); // no poll, no snapshot from now on

      await desk.getByRole('button', { name: 'Pause', exact: true }).click();
      await desk
        .getByRole('dialog')
        .getByLabel(/^Reason/)
        .fill('the shelf is counted');
      await desk.keyboard.press('Enter');
      await stateAtDesk(desk, 'paused').waitFor();
      await shopper.locator('[data-testid=state][data-state=paused]').waitFor();
      await desk.getByTestId('toast').getByText('Paused, everywhere').waitFor();
      await desk.getByTestId('events').getByText('the shelf is counted').waitFor();

      await desk.getByRole('button', { name: 'Resume', exact: true }).click();
      await desk.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
      await stateAtDesk(desk, 'open').waitFor();
      await shopper.locator('[data-testid=state][data-state=open]').waitFor();
    },
    TEST_MS,
  );

  it(
    'shows at once what was asked for, and takes it back when it is refused',
    async () => {
      const { saleId } = await givenSale(pipeline);
      const desk = await openDesk(`/operator/sales/${saleId}`);
      await stateAtDesk(desk, 'open').waitFor();
      let refuse = () => {};
      const isAsked = new Promise<void>((asked) => {
        void desk.route('**/pause', async (route) => {
          asked();
          await new Promise<void>((resolve) => (refuse = resolve));
          const problem = { code: 'sale_stopped', detail: 'Clone it to sell again.', status: 409 };
          await route.fulfill({ status: 409, json: problem });
        });
      });
      await desk.getByRole('button', { name: 'Pause', exact: true }).click();
      await desk.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
      await isAsked;
      await desk.locator('[data-testid=sale-state][data-state=paused][aria-busy=true]').waitFor();
      refuse();
      await desk.getByRole('alert').getByText('stopped for good').waitFor();
      await stateAtDesk(desk, 'open').waitFor();
    },
    TEST_MS,
  );

  it(
    'takes units off, and stops a sale, only for who types its name',
    async () => {
      const { saleId } = await givenSale(pipeline, { name: 'Night run', stock: 10 });
      const desk = await openDesk(`/operator/sales/${saleId}`);
      await desk.getByRole('button', { name: 'Stock', exact: true }).click();
      const dialog = desk.getByRole('dialog');
      await dialog.getByLabel(/^Units more/).fill('-4');
      await dialog.getByLabel(/^Reason/).fill('four are broken');
      const change = dialog.getByRole('button', { name: 'Stock' });
      expect(await change.isDisabled()).toBe(true);
      expect(await findAxeViolations(desk)).toEqual([]);
      await dialog.getByLabel(/^Type “Night run”/).fill('Night run');
      await change.click();
      await desk.getByTestId('toast').getByText('6 units now').waitFor();
      expect(await findAxeViolations(desk)).toEqual([]);
      await desk.getByTestId('remaining').getByText('6', { exact: true }).waitFor();

      await desk.getByRole('button', { name: 'Stop', exact: true }).click();
      await dialog.getByLabel(/^Reason/).fill('the end');
      const stop = dialog.getByRole('button', { name: 'Stop' });
      await dialog.getByLabel(/^Type “Night run”/).fill('night run');
      expect(await stop.isDisabled()).toBe(true);
      await dialog.getByLabel(/^Type “Night run”/).fill('Night run');
      await stop.click();
      await stateAtDesk(desk, 'stopped').waitFor();
    },
    TEST_MS,
  );

  it(
    'keeps what was typed into a dialog when the session ends, and goes on with it after the sign-in',
    async () => {
      const { saleId } = await givenSale(pipeline);
      const desk = await openDesk(`/operator/sales/${saleId}`);
      await desk.getByTestId('remaining').waitFor();
      await desk.getByRole('button', { name: 'Pause', exact: true }).click();
      const reason = desk.getByRole('dialog').getByLabel(/^Reason/);
      await reason.fill('typed before the session ended');
      const ended = { status: 401, json: { code: 'unauthenticated', status: 401, detail: 'Sign in.' } };
      for (const path of ['**/live**', '**/api/auth/refresh'])
        await desk.route(path, (route) => route.fulfill(ended));
      await desk.getByTestId('desk-sign-in').waitFor();
      await reason.waitFor({ state: 'hidden' });
      await desk.unrouteAll({ behavior: 'ignoreErrors' });
      await desk.getByLabel('E-mail').fill(`${operator.id}@test.invalid`);
      await desk.getByLabel('Password').fill(PASSWORD);
      await desk.getByTestId('desk-sign-in').getByRole('button', { name: 'Sign in' }).click();
      await reason.waitFor();
      expect(await reason.inputValue()).toBe('typed before the session ended');
      await desk.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
      await stateAtDesk(desk, 'paused').waitFor();
    },
    TEST_MS,
  );

  it(
    'tells shoppers something, shows what they read, and takes it away',
    async () => {
      const { saleId } = await givenSale(pipeline);
      const desk = await openDesk(`/operator/sales/${saleId}`);
      const shopper = await open(`/?sale=${saleId}`);
      const say = async (message: string) => {
        await desk.getByRole('button', { name: 'Message', exact: true }).click();
        const dialog = desk.getByRole('dialog');
        await dialog.getByLabel(/^Message/).fill(message);
        await dialog.getByLabel(/^Reason/).fill('a delay');
        await dialog.getByRole('button', { name: 'Message' }).click();
      };
      await say('Delivery takes a day longer.');
      await shopper.getByTestId('message').getByText('Delivery takes a day longer.').waitFor();
      await desk.getByTestId('told').getByText('Delivery takes a day longer.').waitFor();
      await say('');
      await desk.getByTestId('told').waitFor({ state: 'detached' });
      await shopper.getByTestId('message').getByText('Delivery').waitFor({ state: 'detached' });
    },
    TEST_MS,
  );

  it(
    'says before a drop what is to do first',
    async () => {
      const sale = await givenSale(pipeline, { opensInSec: 600 });
      await pipeline.db('products').where({ id: sale.product.id }).update({ image_url: '' });
      const desk = await openDesk(`/operator/sales/${sale.saleId}`);
      await desk.getByRole('button', { name: 'Pre-flight check' }).click();
      await desk.getByTestId('verdict').waitFor();
      await desk.locator('.check-bad[data-check=picture]').getByText('Give the product one').waitFor();
      await desk.locator('.check-ok[data-check=gate]').waitFor();
      expect(await findAxeViolations(desk)).toEqual([]);
      await desk.screenshot({ path: join(ARTIFACTS, 'desk-preflight.png') });
    },
    TEST_MS,
  );

  /** The live screen of a sale in the middle of a busy hour, which its stores have not seen. */
  async function openBusyScreen(colorScheme: (typeof SCHEMES)[number]): Promise<Page> {
    const { saleId } = await givenSale(pipeline, { name: 'Midnight sneaker drop', stock: 10_000 });
    const { stock, ...hour } = aBusyHour(Math.floor(Date.now() / 1_000));
    const desk = await openDesk('/operator', { colorScheme });
    await desk.route('**/api/admin/sales/*/live*', async (route) => {
      const response = await route.fetch();
      if (!response.ok()) return route.fulfill({ response }); // no figures to put an hour on
      const body = (await response.json()) as LiveBody;
      const throughput = { attemptsPerSec: 38, confirmedPerSec: 4 };
      const stats = { ...body.stats, stock, throughput, latencyMs: LATENCIES };
      await route.fulfill({ json: { ...body, ...hour, stats } });
    });
    await desk.goto(`${api.url}/operator/sales/${saleId}`);
    await desk.getByTestId('promises').getByText('All kept').waitFor();
    await desk.getByRole('button', { name: '1 hour' }).click();
    return desk;
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
        const desk = await openBusyScreen(colorScheme);
        for (const [name, size] of Object.entries({
          laptop: LAPTOP,
          ...WALLS,
          phone: PHONE,
          narrow: NARROW,
        })) {
          await desk.setViewportSize(size);
          await untilFitted(desk);
          await desk.screenshot({ path: join(ARTIFACTS, `desk-${name}-${colorScheme}.png`), fullPage: true });
          const overflow = await measureOverflow(desk);
          if (overflow > 0) found.push(`${name}: ${overflow} px too wide`);
        }
        found.push(...(await findAxeViolations(desk)));
      }
      expect(found).toEqual([]);
    },
    2 * TEST_MS,
  );

  it.each([
    ['signed-out', '/operator', undefined, 'desk-sign-in'],
    ['forbidden', '/operator', 'shopper', 'desk-state'],
    ['list', '/operator', 'operator', 'sales'],
    ['admins-only', '/operator/users', 'operator', 'desk-state'],
    ['not-found', '/operator/nowhere', 'operator', 'desk-state'],
    ['no-such-sale', '/operator/sales/00000000-0000-4000-8000-000000000000', 'operator', 'desk-state'],
  ] as const)(
    'keeps to WCAG 2.2 AA when it is %s',
    async (name, path, role, testId) => {
      await givenSale(pipeline);
      const page = await open(path, role ? { as: { id: operator.id, role } } : {});
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
      const page = await openDesk('/operator/nowhere');
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

  it(
    'keeps the last figures and says so while the server does not answer, and goes on by itself',
    async () => {
      const { saleId } = await givenSale(pipeline);
      const desk = await openDesk(`/operator/sales/${saleId}`);
      await desk.getByTestId('remaining').waitFor();
      await desk.route('**/live?**', (route) => route.abort());
      await desk.getByText('these are the last figures').waitFor();
      expect(await desk.getByTestId('remaining').textContent()).toBe('10');
      await desk.unroute('**/live?**');
      await desk.getByText('these are the last figures').waitFor({ state: 'detached' });
    },
    TEST_MS,
  );
});
