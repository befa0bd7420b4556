import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { createPasswords } from './features/account/password.ts';
import { openBrowser } from './testing/open-browser.ts';
import { startTestApi, type TestApi } from './testing/test-api.ts';
import { givenOperator } from './testing/test-operator.ts';
import { anAttempt, startTestPipeline, type TestPipeline } from './testing/test-pipeline.ts';
import { givenSale, givenShoppers } from './testing/test-sale.ts';

const PASSWORD = 'a long way round the lake';

describe('the board of the queue in a browser', () => {
  let browser: Browser | undefined;
  let pipeline: TestPipeline | undefined;
  let api: TestApi | undefined;
  beforeAll(async () => {
    browser = await openBrowser();
    pipeline = await startTestPipeline();
    api = await startTestApi(pipeline);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await api?.close();
    await pipeline?.close();
  });

  it('opens from the operator page and shows the job that waits, with no script kept from it', async () => {
    const { db } = pipeline!;
    const sale = await givenSale(pipeline!); // and no worker
    const [shopper] = await givenShoppers(db, 1);
    await pipeline!.accept(sale, [anAttempt(sale.saleId, shopper!)]);
    const { id } = await givenOperator(api!, db);
    await db('users')
      .where({ id })
      .update({ password_hash: await createPasswords().hash(PASSWORD) });
    const page = await browser!.newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(`${api!.url}/operator`);
    await page.getByLabel('E-mail').fill(`${id}@test.invalid`);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
    const broken: string[] = [];
    page.on('console', (message) => {
      if (message.text().includes('script-src')) broken.push(message.text());
    });
    page.on('pageerror', (error) => {
      broken.push(String(error));
    });
    await page.getByRole('button', { name: 'Queue' }).click();
    await page.getByRole('link', { name: 'settle' }).first().click();
    await page.getByText(sale.saleId).first().waitFor();
    expect(broken).toEqual([]);
  }, 120_000);
});
