import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { readInstanceFile } from './infrastructure/embedded/instance-file.ts';
import type { ProcessRole } from './infrastructure/embedded/keep-running.ts';
import { openBrowser } from './testing/open-browser.ts';
import { countOrders, kindOf, openShopFloor, type ShopFloor } from './testing/shop-floor.ts';
import { startInstance, type TestInstance } from './testing/start-instance.ts';

const START_MS = 300_000;
const TEST_MS = 240_000;
/** Twenty pages at once, on a machine that is busy with other tests, ms. */
const CROWD_MS = 120_000;

describe('a drop in the browser', () => {
  let browser: Browser;
  let instance: TestInstance;
  let floor: ShopFloor;

  beforeAll(async () => {
    browser = await openBrowser();
    instance = await startInstance({ WEB_CONCURRENCY: '2' });
    floor = await openShopFloor(browser, instance);
  }, START_MS);

  afterEach(() => floor.closeContexts());

  afterAll(async () => {
    await browser.close();
    await instance.stop();
  }, 60_000);

  const pidsOf = async (role: ProcessRole): Promise<number[]> => {
    const file = await readInstanceFile(instance.dataDir);
    return file!.processes.filter((process) => process.role === role).map(({ pid }) => pid);
  };

  it(
    'lets one of two win the last unit, and tells the other at once',
    async () => {
      const saleId = await floor.createSale({ stock: 1 });
      const pages = [await floor.openSale(saleId), await floor.openSale(saleId)];
      await Promise.all(pages.map((page) => page.getByTestId('buy').click()));
      await Promise.all(pages.map((page) => floor.comesTo(page, 'confirmed', 'lost', 'sold_out')));
      const kinds = await Promise.all(pages.map(kindOf));
      expect(kinds.filter((kind) => kind === 'confirmed')).toHaveLength(1);
      for (const page of pages) await page.locator('[data-testid=state][data-state=sold_out]').waitFor();
    },
    TEST_MS,
  );

  it(
    'sells twelve units to twenty who click together, and tells those who only wait by the socket alone that all is sold',
    async () => {
      const saleId = await floor.createSale({ stock: 12 });
      const watchers = [await floor.openSale(saleId), await floor.openSale(saleId)];
      // From here on nothing they read comes back: what they learn, the socket told.
      for (const watcher of watchers) await watcher.route('**/api/**', (route) => route.abort());
      const pages: Page[] = [];
      for (let shopper = 0; shopper < 20; shopper += 1) pages.push(await floor.openSale(saleId));
      await Promise.all(pages.map((page) => page.getByTestId('buy').click()));
      pages.forEach((page) => page.setDefaultTimeout(CROWD_MS));
      await Promise.all(pages.map((page) => floor.comesTo(page, 'confirmed', 'lost', 'sold_out')));
      const kinds = await Promise.all(pages.map(kindOf));
      expect(kinds.filter((kind) => kind === 'confirmed')).toHaveLength(12);
      await Promise.all(watchers.map((watcher) => floor.comesTo(watcher, 'sold_out')));
    },
    2 * TEST_MS,
  );

  it(
    'arms the button at the opening without a reload, although the device’s clock is three minutes slow',
    async () => {
      const saleId = await floor.createSale({ stock: 5, opensInSec: 12 });
      const context = await floor.newShopper();
      await context.addInitScript('const now = Date.now; Date.now = () => now() - 180_000;');
      const page = await floor.openSale(saleId, context);
      await floor.comesTo(page, 'scheduled');
      expect(await page.getByTestId('buy').getAttribute('aria-disabled')).toBe('true');
      expect(await page.getByTestId('clock-off').textContent()).toContain('3 minutes behind');
      await page.locator('[data-testid=buy][aria-disabled=false]').click();
      await floor.comesTo(page, 'confirmed');
    },
    TEST_MS,
  );

  it(
    'says on an open page that an operator paused the sale and why, and goes on with it',
    async () => {
      const saleId = await floor.createSale({ stock: 5 });
      const page = await floor.openSale(saleId);
      await floor.change(saleId, 'pause', { reason: 'boxes' });
      await floor.comesTo(page, 'paused');
      await floor.change(saleId, 'message', { message: 'We are counting the boxes.' });
      const message = page.getByTestId('message');
      await message.getByText('We are counting the boxes.').waitFor();
      expect(await message.getAttribute('role')).toBe('status');
      await floor.change(saleId, 'message', { message: '' });
      await message.getByText('We are counting').waitFor({ state: 'detached' });
      await floor.change(saleId, 'resume');
      await page.locator('[data-testid=buy][aria-disabled=false]').click();
      await floor.comesTo(page, 'confirmed');
    },
    TEST_MS,
  );

  it(
    'makes one attempt of a double click, a reload and a second tab',
    async () => {
      const saleId = await floor.createSale({ stock: 5, limit: 3 });
      const context = await floor.newShopper();
      const first = await floor.openSale(saleId, context);
      // Signed in before, so that both tabs are the same shopper's.
      await first.getByTestId('buy').click();
      await floor.comesTo(first, 'confirmed');
      const second = await floor.openSale(saleId, context);
      await floor.comesTo(second, 'confirmed');

      // From now on every answer to an attempt is lost on its way.
      let isLosing = true;
      await context.route('**/api/purchase/attempt', async (route) => {
        if (!isLosing) return route.continue();
        await route.fetch();
        await route.abort();
      });
      await first.getByTestId('buy').dblclick();
      await floor.comesTo(first, 'checking');
      await floor.comesTo(second, 'checking');
      await first.reload();
      await floor.comesTo(first, 'checking');
      isLosing = false;
      await floor.comesTo(first, 'confirmed');
      await floor.comesTo(second, 'confirmed');
      expect(await countOrders(first, saleId)).toBe(2);
    },
    TEST_MS,
  );

  it(
    'comes to the true outcome of an attempt in line when the worker and an API process are killed',
    async () => {
      const saleId = await floor.createSale({ stock: 5 });
      const page = await floor.openSale(saleId);
      // A worker that stands still leaves the attempt in line.
      const [worker] = await pidsOf('worker');
      process.kill(worker!, 'SIGSTOP');
      await page.getByTestId('buy').click();
      await floor.comesTo(page, 'in_line');
      expect(await page.getByTestId('position').textContent()).toBe('1');
      expect(await page.getByTestId('wait').textContent()).toBe('not known yet');
      for (const pid of await pidsOf('api')) process.kill(pid, 'SIGKILL');
      process.kill(worker!, 'SIGKILL');
      await floor.comesTo(page, 'confirmed');
      expect(await countOrders(page, saleId)).toBe(1);
    },
    TEST_MS,
  );

  it(
    'buys, and learns by polling alone that the sale is paused and sold out, where sockets are blocked',
    async () => {
      const saleId = await floor.createSale({ stock: 1 });
      const contexts = [await floor.newShopper(), await floor.newShopper()];
      for (const context of contexts)
        await context.routeWebSocket(/socket\.io/, (socket) => void socket.close());
      const [buyer, watcher] = [
        await floor.openSale(saleId, contexts[0]),
        await floor.openSale(saleId, contexts[1]),
      ];
      await floor.change(saleId, 'pause');
      await floor.comesTo(watcher, 'paused');
      await watcher.getByTestId('connection').waitFor();
      await floor.change(saleId, 'resume');
      await floor.comesTo(watcher, 'signed_out');
      await buyer.locator('[data-testid=buy][aria-disabled=false]').click();
      await floor.comesTo(buyer, 'confirmed');
      await floor.comesTo(watcher, 'sold_out');
    },
    TEST_MS,
  );

  it(
    'lists the drops, and gives a calendar file for one that is to come',
    async () => {
      const saleId = await floor.createSale({ stock: 5, opensInSec: 3_000, name: 'The next drop' });
      const page = await (await floor.newShopper()).newPage();
      await page.goto(`${instance.url}/drops`);
      const drop = page.getByTestId('drop').filter({ hasText: 'The next drop' });
      const [file] = await Promise.all([page.waitForEvent('download'), drop.getByTestId('calendar').click()]);
      expect(file.suggestedFilename()).toBe(`${saleId}.ics`);
      await drop.getByRole('link', { name: 'The next drop' }).click();
      await floor.comesTo(page, 'scheduled');
    },
    TEST_MS,
  );
});
