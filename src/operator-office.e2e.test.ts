import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { SessionBody } from './contracts/http.ts';
import { aPng } from './testing/a-picture.ts';
import { DESK_STEP_MS, startTestDesk, type TestDesk } from './testing/test-desk.ts';
import { until } from './testing/until.ts';

const TEST_MS = 240_000;

describe('an operator’s day by the page', () => {
  let desk: TestDesk;
  beforeAll(async () => {
    desk = await startTestDesk();
  }, 120_000);
  afterEach(() => desk.closePages());
  afterAll(() => desk.close(), 60_000);

  it(
    'goes from a product to its export: product, sale, users, audit, search, cancellation, export',
    async () => {
      const email = await desk.givenAccount('admin');
      const wrong: string[] = [];
      const page = await desk.open('/operator/products/new', email);
      const refused: string[] = [];
      page.on('console', (message) => {
        if (message.text().includes('Content Security Policy')) refused.push(message.text());
      });
      page.on('pageerror', (error) => refused.push(String(error)));

      // A product, a file that is no picture, and a picture.
      await page.getByLabel('Name').fill('Aurora lamp');
      await page.getByLabel('Description').fill('A small lamp with a warm light.');
      await page.getByLabel('Price').fill('49,50');
      wrong.push(...(await desk.look(page, 'product-new')));
      await page.getByRole('button', { name: 'New product' }).click();
      await page.getByRole('heading', { name: 'Aurora lamp' }).waitFor();
      const choose = page.getByLabel('Choose a picture');
      await choose.setInputFiles({ name: 'fake.png', mimeType: 'image/png', buffer: Buffer.from('<svg/>') });
      await page.getByRole('button', { name: 'Use this picture' }).click();
      await page.getByText('This file is not taken: it must be a whole PNG').waitFor();
      wrong.push(...(await desk.look(page, 'picture-refused')));
      const large = Buffer.concat([aPng(), Buffer.alloc(2 ** 20)]);
      await choose.setInputFiles({ name: 'large.png', mimeType: 'image/png', buffer: large });
      await page.getByText('This file is not taken').waitFor();
      const lamp = await readFile(new URL('../docs/images/sale-page.png', import.meta.url));
      await choose.setInputFiles({ name: 'lamp.png', mimeType: 'image/png', buffer: lamp });
      await page.getByTestId('picture-chosen').waitFor();
      wrong.push(...(await desk.look(page, 'picture-chosen')));
      await page.getByRole('button', { name: 'Use this picture' }).click();
      await page.getByTestId('picture-chosen').waitFor({ state: 'detached' });
      expect(await page.getByTestId('picture-now').getAttribute('src')).toMatch(/^\/api\/pictures\//);
      await page.getByRole('link', { name: 'Products' }).last().click();
      await page.getByTestId('products').getByText('Aurora lamp').waitFor();
      wrong.push(...(await desk.look(page, 'products')));

      // A sale of it.
      await page.goto(`${desk.api.url}/operator/sales/new`);
      await page.getByLabel('Product').selectOption({ label: 'Aurora lamp, €49.50' });
      await page.getByLabel('Name').fill('Night run');
      await page.getByLabel('Opens').fill(await localTime(page, -60_000));
      await page.getByLabel('Ends').fill(await localTime(page, -120_000));
      await page.getByLabel('Units').fill('5');
      await page.getByRole('button', { name: 'Make draft' }).click();
      await page.getByText('Ends must be after Opens').waitFor();
      expect(await page.locator(':focus').getAttribute('name')).toBe('endsAt');
      wrong.push(...(await desk.look(page, 'sale-new-refused')));
      await page.getByLabel('Ends').fill(await localTime(page, 3_600_000));
      await page.getByRole('button', { name: 'Make draft' }).click();
      await page.getByRole('button', { name: 'Publish' }).waitFor();
      const saleId = page.url().split('/').at(-2)!;
      wrong.push(...(await desk.look(page, 'sale-edit')));
      await page.getByRole('button', { name: 'Publish' }).click();
      await page.getByRole('dialog').getByLabel('Reason').fill('tonight');
      wrong.push(...(await desk.look(page, 'publish')));
      await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
      await page.getByTestId('not-editable').waitFor();

      // The same tomorrow.
      await page.getByRole('link', { name: 'Clone' }).click();
      await page.getByRole('heading', { name: 'Clone Night run' }).waitFor();
      await page.getByLabel('Name').fill('Night run, again');
      await page.getByRole('button', { name: 'Make draft' }).click();
      await page.getByRole('heading', { name: 'Night run, again' }).waitFor();
      expect(await page.getByTestId('sale-state').getAttribute('data-state')).toBe('draft');
      await page.getByRole('navigation').getByRole('link', { name: 'Sales' }).click();
      await page.getByRole('heading', { name: 'Sales' }).waitFor();
      await page.getByLabel('Name').fill('night');
      await page.getByLabel('State').selectOption({ label: 'Draft' });
      await page.getByTestId('sales').getByText('Night run, again').waitFor();
      const shown = page.getByTestId('sales').locator('tbody tr');
      await until(async () => (await shown.count()) === 1 || null, {
        ...{ timeoutMs: DESK_STEP_MS, what: 'the list of sales is narrowed' },
      });
      expect(await page.getByLabel('Name').inputValue()).toBe('night');
      // The keyboard stays where it is while a choice is made by it.
      await page.getByLabel('State').focus();
      await page.keyboard.press('ArrowDown');
      await page.getByTestId('sales').getByText('Night run', { exact: true }).waitFor();
      expect(await page.locator(':focus').getAttribute('name')).toBe('state');
      expect(await page.title()).toBe('Sales · Stampede');
      wrong.push(...(await desk.look(page, 'sales')));

      // Somebody buys.
      const guest = (await desk.api.send('/api/auth/guest', { method: 'POST', body: {}, headers: JSON_BODY }))
        .body as SessionBody;
      const bought = await desk.api.send('/api/purchase/attempt', {
        method: 'POST',
        body: { saleId },
        headers: { ...JSON_BODY, Authorization: `Bearer ${guest.accessToken}` },
      });
      const { attemptId } = bought.attempt;
      await until(
        () => desk.pipeline.db('orders').where({ attempt_id: attemptId }).first<object | undefined>(),
        {
          what: 'the order is written',
        },
      );

      // Who that was, and a block.
      await page.goto(`${desk.api.url}/operator/users`);
      await page.getByTestId('users').waitFor();
      await page.getByLabel('Part of the e-mail').fill(guest.user.email);
      await page.getByRole('button', { name: 'Filter' }).click();
      const line = page.locator(`[data-user-id="${guest.user.id}"]`);
      await until(async () => (await page.locator('[data-user-id]').count()) === 1 || null, {
        ...{ timeoutMs: DESK_STEP_MS, what: 'the list is narrowed' },
      });
      wrong.push(...(await desk.look(page, 'users')));
      await line.getByRole('button', { name: 'Change' }).click();
      await page.getByRole('dialog').getByLabel('Access').selectOption({ label: 'Blocked' });
      await page.getByRole('dialog').getByLabel('Reason').fill('bought by a robot');
      wrong.push(...(await desk.look(page, 'user-change')));
      await page.getByRole('button', { name: 'Change user' }).click();
      await line.getByText('Blocked').waitFor();

      // What was done to the sale.
      await page.goto(`${desk.api.url}/operator/audit?subject=sale:${saleId}`);
      const published = page.locator('[data-action="sale.publish"]');
      await published.getByText('“tonight”').waitFor();
      await published.getByText('Before and after').click();
      expect(await published.locator('del').textContent()).toBe('draft');
      expect(await published.locator('ins').textContent()).toBe('active');
      expect(await page.locator('.audit-entry').count()).toBe(2);
      wrong.push(...(await desk.look(page, 'audit')));

      // The attempt, and the end of its order.
      await page.goto(`${desk.api.url}/operator/search`);
      wrong.push(...(await desk.look(page, 'search-empty')));
      await page.getByLabel('E-mail, or the id').fill(guest.user.email);
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: attemptId }).click();
      await page.locator('[data-what="ordered"]').waitFor();
      wrong.push(...(await desk.look(page, 'trail')));
      await page.getByRole('button', { name: 'Cancel this order' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Reason').fill('bought by a robot');
      expect(await dialog.getByRole('button', { name: 'Cancel this order' }).isDisabled()).toBe(true);
      await dialog.getByLabel('Type').fill('Night run');
      wrong.push(...(await desk.look(page, 'cancel')));
      await dialog.getByRole('button', { name: 'Cancel this order' }).click();
      await page.locator('[data-what="cancelled"]').waitFor();
      await page.getByRole('button', { name: 'Cancel this order' }).waitFor({ state: 'detached' });

      // All of it as a file.
      await page.goto(`${desk.api.url}/operator/exports?sale=${saleId}`);
      const download = page.waitForEvent('download');
      await page.getByTestId('export-orders').getByRole('button', { name: 'Export' }).click();
      const saved = await download;
      expect(saved.suggestedFilename()).toBe(`orders-${saleId}.csv`);
      const csv = await readFile(await saved.path(), 'utf8');
      expect(csv.trimEnd().split('\r\n')).toHaveLength(2);
      expect(csv).toContain(attemptId);
      await page.getByText('Done: 1 line,').waitFor();
      wrong.push(...(await desk.look(page, 'exports')));

      expect(wrong).toEqual([]);
      expect(refused).toEqual([]);
    },
    TEST_MS,
  );
});

/** As a `datetime-local` field takes it. */
const localTime = (page: Page, fromNowMs: number) =>
  page.evaluate<string>(`(() => {
    const time = new Date(Date.now() + ${fromNowMs});
    return new Date(time - time.getTimezoneOffset() * 60000).toISOString().slice(0, 19);
  })()`);

const JSON_BODY = { 'Content-Type': 'application/json' };
