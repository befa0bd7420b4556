import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from './testing/open-browser.ts';
import { startInstance, type TestInstance } from './testing/start-instance.ts';
import { until } from './testing/until.ts';

const START_MS = 300_000;
/** Shorter than the test's own limit, so that the step which never came is named, ms. */
const STEP_MS = 20_000;

describe('the sale page', () => {
  let browser: Browser | undefined;
  let instance: TestInstance | undefined;

  beforeAll(async () => {
    browser = await openBrowser();
    instance = await startInstance({ WEB_CONCURRENCY: '2' });
  }, START_MS);

  afterAll(async () => {
    await browser?.close();
    await instance?.stop();
  }, 60_000);

  /** An empty page of a browser that was never here. */
  async function newPage(): Promise<Page> {
    const page = await browser!.newPage({ viewport: { width: 390, height: 844 } });
    page.setDefaultTimeout(STEP_MS);
    return page;
  }

  /** The page, and what its console complained about. */
  async function openPage(path: string): Promise<{ page: Page; complaints: string[] }> {
    const page = await newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(`${instance!.url}${path}`);
    return { page, complaints };
  }

  const countRemaining = async (page: Page) =>
    Number(await page.getByTestId('remaining').getAttribute('data-value'));

  it('sells a unit to a guest, who sees the outcome, the order and one unit fewer', async () => {
    const { page, complaints } = await openPage('/');
    const watcher = await openPage('/');
    await page.getByTestId('buy').waitFor();
    expect(await page.getByTestId('state').textContent()).toBe('Open now');
    const before = await countRemaining(page);

    await page.getByTestId('buy').click();
    await page.locator('[data-testid=standing][data-kind=confirmed]').waitFor();
    expect(await page.getByTestId('standing').textContent()).toContain('Confirmed');
    await page.getByTestId('order').waitFor();
    expect(await page.getByTestId('order').count()).toBe(1);
    expect(await page.getByTestId('orders').textContent()).toContain('Confirmed');

    await until(async () => (await countRemaining(page)) === before - 1, {
      what: 'the buyer sees one unit fewer',
    });
    await until(async () => (await countRemaining(watcher.page)) === before - 1, {
      what: 'somebody else sees one unit fewer',
    });
    expect([...complaints, ...watcher.complaints]).toEqual([]);
    await page.close();
    await watcher.page.close();
  });

  it('buys once although the answer to the first request is lost', async () => {
    const page = await newPage();
    const keys: (string | undefined)[] = [];
    await page.route('**/api/purchase/attempt', async (route) => {
      keys.push(route.request().headers()['idempotency-key']);
      if (keys.length > 1) {
        await route.continue();
        return;
      }
      await route.fetch();
      await route.abort();
    });
    await page.goto(instance!.url);
    await page.getByTestId('buy').click();
    await page.locator('[data-testid=standing][data-kind=confirmed]').waitFor();
    await page.getByTestId('order').waitFor();
    expect(await page.getByTestId('order').count()).toBe(1);
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
    await page.close();
  });

  it('asks at the operator’s desk who is there, and shows nothing of it before', async () => {
    const { page, complaints } = await openPage('/operator');
    await page.getByTestId('desk-sign-in').waitFor();
    expect(await page.getByRole('navigation').getByRole('link').count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
