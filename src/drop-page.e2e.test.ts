import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { readInstanceFile } from './infrastructure/embedded/instance-file.ts';
import type { ProcessRole } from './infrastructure/embedded/keep-running.ts';
import { openBrowser } from './testing/open-browser.ts';
import { runCommandLine } from './testing/run-command.ts';
import { startInstance, type TestInstance } from './testing/start-instance.ts';

const START_MS = 300_000;
/** Shorter than a test's own limit, so that the step which never came is named, ms. */
const STEP_MS = 30_000;
const TEST_MS = 120_000;
/** Twenty pages at once, on a machine that is busy with other tests, ms. */
const CROWD_MS = 90_000;

describe('a drop in the browser', () => {
  let browser: Browser;
  let instance: TestInstance;
  let contexts: BrowserContext[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
    instance = await startInstance({ WEB_CONCURRENCY: '2' });
  }, START_MS);

  afterEach(async () => {
    for (const context of contexts) await context.close();
    contexts = [];
  });

  afterAll(async () => {
    await browser.close();
    await instance.stop();
  }, 60_000);

  /** A browser of somebody who was never here. */
  async function newShopper(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, ...options });
    context.setDefaultTimeout(STEP_MS);
    contexts.push(context);
    return context;
  }

  async function openSale(saleId: string, context?: BrowserContext): Promise<Page> {
    const page = await (context ?? (await newShopper())).newPage();
    await page.goto(`${instance.url}/?sale=${saleId}`);
    await page.getByTestId('buy').waitFor();
    return page;
  }

  async function sale(...args: string[]): Promise<{ saleId: string }> {
    const done = await runCommandLine('sale', [...args, '--json'], { DATA_DIR: instance.dataDir });
    if (done.exitCode !== 0) throw new Error(done.stderr);
    return done.json() as { saleId: string };
  }

  const createSale = async (stock: number, ...flags: string[]) =>
    (await sale('create', '--stock', String(stock), ...flags)).saleId;

  const pidsOf = async (role: ProcessRole): Promise<number[]> => {
    const file = await readInstanceFile(instance.dataDir);
    return file!.processes.filter((process) => process.role === role).map(({ pid }) => pid);
  };

  const standing = (page: Page, ...kinds: string[]) =>
    page.locator(kinds.map((kind) => `[data-testid=standing][data-kind=${kind}]`).join(', '));
  const kindOf = async (page: Page) => page.getByTestId('standing').getAttribute('data-kind');
  const countOrders = async (page: Page, saleId: string) => {
    const orders = await page.evaluate<unknown[]>(`(async () => {
      const { user, accessToken } = JSON.parse(localStorage.getItem('stampede.session'));
      const answer = await fetch('/api/purchase/user/' + user.id, { headers: { authorization: 'Bearer ' + accessToken } });
      return (await answer.json()).orders.filter((order) => order.saleId === ${JSON.stringify(saleId)});
    })()`);
    return orders.length;
  };

  it(
    'lets one of two win the last unit, and tells the other at once',
    async () => {
      const saleId = await createSale(1);
      const pages = [await openSale(saleId), await openSale(saleId)];
      await Promise.all(pages.map((page) => page.getByTestId('buy').click()));
      await Promise.all(pages.map((page) => standing(page, 'confirmed', 'lost', 'sold_out').waitFor()));
      const kinds = await Promise.all(pages.map(kindOf));
      expect(kinds.filter((kind) => kind === 'confirmed')).toHaveLength(1);
      for (const page of pages) await page.locator('[data-testid=state][data-state=sold_out]').waitFor();
    },
    TEST_MS,
  );

  it(
    'sells twelve units to twenty who click together, and tells those who only wait that all is sold',
    async () => {
      const saleId = await createSale(12);
      const watcher = await openSale(saleId);
      const pages: Page[] = [];
      for (let shopper = 0; shopper < 20; shopper += 1) pages.push(await openSale(saleId));
      await Promise.all(pages.map((page) => page.getByTestId('buy').click()));
      await Promise.all(
        pages.map((page) => standing(page, 'confirmed', 'lost', 'sold_out').waitFor({ timeout: CROWD_MS })),
      );
      const kinds = await Promise.all(pages.map(kindOf));
      expect(kinds.filter((kind) => kind === 'confirmed')).toHaveLength(12);
      await standing(watcher, 'sold_out').waitFor();
    },
    2 * TEST_MS,
  );

  it(
    'arms the button at the opening without a reload, although the device’s clock is three minutes slow',
    async () => {
      const saleId = await createSale(5, '--opens-in', '12');
      const context = await newShopper();
      await context.addInitScript('const now = Date.now; Date.now = () => now() - 180_000;');
      const page = await openSale(saleId, context);
      await standing(page, 'scheduled').waitFor();
      expect(await page.getByTestId('buy').getAttribute('aria-disabled')).toBe('true');
      expect(await page.getByTestId('clock-off').textContent()).toContain('3 minutes behind');
      await page.locator('[data-testid=buy][aria-disabled=false]').click();
      await standing(page, 'confirmed').waitFor();
    },
    TEST_MS,
  );

  it(
    'says on an open page that an operator paused the sale, and goes on with it',
    async () => {
      const saleId = await createSale(5);
      const page = await openSale(saleId);
      await sale('pause', saleId);
      await standing(page, 'paused').waitFor();
      await sale('resume', saleId);
      await page.locator('[data-testid=buy][aria-disabled=false]').click();
      await standing(page, 'confirmed').waitFor();
    },
    TEST_MS,
  );

  it(
    'makes one attempt of a double click, a reload and a second tab',
    async () => {
      const saleId = await createSale(5, '--limit', '3');
      const context = await newShopper();
      const first = await openSale(saleId, context);
      // Signed in before, so that both tabs are the same shopper's.
      await first.getByTestId('buy').click();
      await standing(first, 'confirmed').waitFor();
      const second = await openSale(saleId, context);
      await standing(second, 'confirmed').waitFor();

      // From now on every answer to an attempt is lost on its way.
      let isLosing = true;
      await context.route('**/api/purchase/attempt', async (route) => {
        if (!isLosing) return route.continue();
        await route.fetch();
        await route.abort();
      });
      await first.getByTestId('buy').dblclick();
      await standing(first, 'checking').waitFor();
      await standing(second, 'checking').waitFor();
      await first.reload();
      await standing(first, 'checking').waitFor();
      isLosing = false;
      await standing(first, 'confirmed').waitFor();
      await standing(second, 'confirmed').waitFor();
      expect(await countOrders(first, saleId)).toBe(2);
    },
    TEST_MS,
  );

  it(
    'comes to the true outcome of an attempt in line when the worker and an API process are killed',
    async () => {
      const saleId = await createSale(5);
      const page = await openSale(saleId);
      // A worker that stands still leaves the attempt in line.
      const [worker] = await pidsOf('worker');
      process.kill(worker!, 'SIGSTOP');
      await page.getByTestId('buy').click();
      await standing(page, 'in_line').waitFor();
      expect(await page.getByTestId('position').textContent()).toBe('1');
      expect(await page.getByTestId('wait').textContent()).toBe('not known yet');
      for (const pid of await pidsOf('api')) process.kill(pid, 'SIGKILL');
      process.kill(worker!, 'SIGKILL');
      await standing(page, 'confirmed').waitFor();
      expect(await countOrders(page, saleId)).toBe(1);
    },
    TEST_MS,
  );

  it(
    'says when it is offline, keeps the wish that was made, and comes to its outcome when the line is back',
    async () => {
      const saleId = await createSale(5);
      const context = await newShopper();
      const page = await openSale(saleId, context);
      await page.getByTestId('buy').click();
      await standing(page, 'confirmed').waitFor();
      const other = await createSale(5);
      await page.goto(`${instance.url}/?sale=${other}`);
      await standing(page, 'open').waitFor();
      await context.setOffline(true);
      await page.getByTestId('buy').click();
      await standing(page, 'checking').waitFor();
      await context.setOffline(false);
      await standing(page, 'confirmed').waitFor();
      expect(await countOrders(page, other)).toBe(1);
      await context.setOffline(true);
      await page.getByTestId('connection').waitFor();
      expect(await kindOf(page)).toBe('confirmed');
    },
    TEST_MS,
  );

  it(
    'learns by polling alone that the sale is paused and sold out, where sockets are blocked',
    async () => {
      const saleId = await createSale(1);
      const context = await newShopper();
      await context.routeWebSocket(/socket\.io/, (socket) => void socket.close());
      const page = await openSale(saleId, context);
      await sale('pause', saleId);
      await standing(page, 'paused').waitFor();
      await sale('resume', saleId);
      await standing(page, 'signed_out').waitFor();
      const buyer = await openSale(saleId);
      await buyer.getByTestId('buy').click();
      await standing(buyer, 'confirmed').waitFor();
      await standing(page, 'sold_out').waitFor();
    },
    TEST_MS,
  );

  it(
    'lists the drops, and gives a calendar file for one that is to come',
    async () => {
      const saleId = await createSale(5, '--opens-in', '3000', '--name', 'The next drop');
      const page = await (await newShopper()).newPage();
      await page.goto(`${instance.url}/drops`);
      const drop = page.getByTestId('drop').filter({ hasText: 'The next drop' });
      const [file] = await Promise.all([page.waitForEvent('download'), drop.getByTestId('calendar').click()]);
      expect(file.suggestedFilename()).toBe(`${saleId}.ics`);
      await drop.getByRole('link', { name: 'The next drop' }).click();
      await standing(page, 'scheduled').waitFor();
    },
    TEST_MS,
  );
});
