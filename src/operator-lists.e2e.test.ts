import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { DESK_STEP_MS, startTestDesk, type TestDesk } from './testing/test-desk.ts';
import { givenOperator } from './testing/test-operator.ts';
import { givenSale, givenShoppers } from './testing/test-sale.ts';
import { until } from './testing/until.ts';

const TEST_MS = 240_000;

describe('the lists and exports of the desk', () => {
  let desk: TestDesk;
  beforeAll(async () => {
    desk = await startTestDesk();
  }, 120_000);
  afterEach(() => desk.closePages());
  afterAll(() => desk.close(), 60_000);

  it(
    'tell how far an export is, and keep nothing of one that is cancelled',
    async () => {
      const sale = await givenSale(desk.pipeline, { name: 'A long run' });
      const [shopper] = await givenShoppers(desk.pipeline.db, 1);
      await desk.pipeline.db.raw(
        `insert into purchase_attempts (id, sale_id, user_id, quantity, sequence, outcome, reason, admitted_at)
         select gen_random_uuid(), ?, ?, 1, n, 'rejected', 'sold_out', now() from generate_series(1, 60000) n`,
        [sale.saleId, shopper!],
      );
      const page = await desk.open(
        `/operator/exports?sale=${sale.saleId}`,
        await desk.givenAccount('operator'),
      );
      const card = page.getByTestId('export-attempts');
      await card.waitFor();
      const line = await page.context().newCDPSession(page);
      const slowly = { offline: false, latency: 0, uploadThroughput: -1, downloadThroughput: 300_000 };
      await line.send('Network.emulateNetworkConditions', slowly);
      await card.getByRole('button', { name: 'Export' }).click();
      await card.getByText(/^[1-9][\d,]* of 60,000 lines/).waitFor();
      expect(await desk.look(page, 'export-running')).toEqual([]);
      await card.getByRole('button', { name: 'Cancel export' }).click();
      await card.getByText('Cancelled. Nothing is kept.').waitFor();
      expect(await keptExports(page)).toEqual([]);

      await line.send('Network.emulateNetworkConditions', { ...slowly, downloadThroughput: -1 });
      const download = page.waitForEvent('download');
      await card.getByRole('button', { name: 'Export again' }).click();
      await card.getByText('Done: 60,000 lines').waitFor();
      const csv = await readFile(await (await download).path(), 'utf8');
      expect(csv.trimEnd().split('\r\n')).toHaveLength(60_001);
      // It went through the browser's own file store, and is not left there.
      expect(await keptExports(page)).toEqual([`attempts-${sale.saleId}.csv`]);
      await page.reload();
      await card.waitFor();
      await until(async () => (await keptExports(page)).length === 0 || null, {
        ...{ timeoutMs: DESK_STEP_MS, what: 'the store is empty' },
      });
    },
    TEST_MS,
  );

  it(
    'change of a user what was chosen, and leave what another admin changed meanwhile',
    async () => {
      const { db } = desk.pipeline;
      const [id] = await givenShoppers(db, 1);
      const { email } = await db('users').where({ id }).first<{ email: string }>('email');
      const other = await givenOperator(desk.api, db, 'admin');
      const page = await desk.open(`/operator/users?email=${email}`, await desk.givenAccount('admin'));
      await page.locator(`[data-user-id="${id!}"]`).getByRole('button', { name: 'Change' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('Now: Shopper, Active.').waitFor();
      expect((await other.patch(`/users/${id!}`, 1, { role: 'operator', reason: 'hired' })).status).toBe(200);
      await dialog.getByLabel('Access').selectOption({ label: 'Blocked' });
      await dialog.getByLabel('Reason').fill('left again');
      await dialog.getByRole('button', { name: 'Change user' }).click();
      await dialog.getByText('Somebody has changed this since you read it').waitFor();
      await dialog.getByText('Now: Operator, Active.').waitFor();
      await dialog.getByRole('button', { name: 'Change user' }).click();
      await dialog.waitFor({ state: 'detached' });
      const stored = await db('users').where({ id }).first<object>('role', 'blocked');
      expect(stored).toEqual({ role: 'operator', blocked: true });
    },
    TEST_MS,
  );

  it(
    'say what is when a list is empty, loading, failing or not for everybody',
    async () => {
      const wrong: string[] = [];
      await givenShoppers(desk.pipeline.db, 60);
      const email = await desk.givenAccount('admin');
      const page = await desk.open('/operator/products?name=nobody+has+this', email, 'dark');
      await page.getByText('Nothing matches').waitFor();
      wrong.push(...(await desk.look(page, 'empty')));

      let answer: (() => void) | undefined;
      const held = new Promise<void>((resolve) => (answer = resolve));
      await page.route('**/api/admin/audit*', async (route) => {
        await held;
        await route.abort();
      });
      await page.goto(`${desk.api.url}/operator/audit`);
      await page.getByTestId('loading').waitFor();
      wrong.push(...(await desk.look(page, 'loading')));
      answer?.();
      await page.getByRole('button', { name: 'Try again' }).waitFor();
      wrong.push(...(await desk.look(page, 'failing')));
      await page.unroute('**/api/admin/audit*');
      await page.route('**/api/admin/audit*', (route) => route.fulfill({ json: { entries: [] } }));
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByText('Nothing was changed yet').waitFor();
      wrong.push(...(await desk.look(page, 'audit-empty')));

      // Far more than a page: the rest comes as it is scrolled to.
      await page.goto(`${desk.api.url}/operator/users`);
      await page.getByTestId('users').waitFor();
      const scrolledToAll = async () => {
        await page.mouse.wheel(0, 2_000);
        return (await page.locator('[data-user-id]').count()) > 40 || null;
      };
      await until(scrolledToAll, { timeoutMs: DESK_STEP_MS, what: 'the rest of the list comes' });

      const operator = await desk.open('/operator/users', await desk.givenAccount('operator'));
      await operator.getByText('Administrators only').waitFor();
      wrong.push(...(await desk.look(operator, 'forbidden')));
      expect(await operator.getByRole('link', { name: 'Users' }).count()).toBe(0);
      expect(wrong).toEqual([]);
    },
    TEST_MS,
  );
});

/** What the browser's file store holds. */
const keptExports = (page: Page) =>
  page.evaluate<string[]>(`(async () => {
    const names = [];
    for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name);
    return names;
  })()`);
