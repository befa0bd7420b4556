import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { SessionBody } from './contracts/http.ts';
import { createPasswords } from './features/account/password.ts';
import { aPng } from './testing/a-picture.ts';
import { openBrowser } from './testing/open-browser.ts';
import { findAxeViolations, measureOverflow } from './testing/page-checks.ts';
import { startTestApi, type TestApi } from './testing/test-api.ts';
import { givenOperator, type TestOperator } from './testing/test-operator.ts';
import { startTestPipeline, type TestPipeline } from './testing/test-pipeline.ts';
import { givenSale, givenShoppers } from './testing/test-sale.ts';
import { until } from './testing/until.ts';

const STEP_MS = 30_000;
const TEST_MS = 240_000;
const PASSWORD = 'a long way round the lake';
/** What was seen is kept here for people to look at. */
const ARTIFACTS = fileURLToPath(new URL('../screenshots', import.meta.url));
const LAPTOP = { width: 1366, height: 768 };
const PHONE = { width: 390, height: 844 };

describe("the desk's lists and forms", () => {
  let browser: Browser;
  let pipeline: TestPipeline;
  let api: TestApi;
  let colleague: TestOperator;
  let contexts: BrowserContext[] = [];

  beforeAll(async () => {
    await mkdir(ARTIFACTS, { recursive: true });
    browser = await openBrowser();
    pipeline = await startTestPipeline();
    await pipeline.startWorker();
    api = await startTestApi(pipeline, { DEMO: '1' });
    colleague = await givenOperator(api, pipeline.db);
  }, 120_000);
  afterEach(async () => {
    for (const context of contexts) await context.close();
    contexts = [];
  });
  afterAll(async () => {
    await browser.close();
    await api.close();
    await pipeline.close();
  }, 60_000);

  async function givenAccount(role: 'operator' | 'admin'): Promise<string> {
    const { id } = await givenOperator(api, pipeline.db, role);
    const password_hash = await createPasswords().hash(PASSWORD);
    await pipeline.db('users').where({ id }).update({ password_hash });
    return `${id}@test.invalid`;
  }

  async function signIn(page: Page, email: string): Promise<void> {
    const main = page.getByRole('main');
    await main.getByLabel('E-mail').fill(email);
    await main.getByLabel('Password').fill(PASSWORD);
    await main.getByRole('button', { name: 'Sign in' }).click();
  }

  /** The desk's page as that operator sees it. */
  async function openDesk(
    path: string,
    email: string,
    colorScheme: 'light' | 'dark' = 'light',
  ): Promise<Page> {
    const context = await browser.newContext({ viewport: LAPTOP, colorScheme });
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(STEP_MS);
    await page.goto(`${api.url}${path}`);
    await signIn(page, email);
    return page;
  }

  /** Ends all that a session has at the server; the page does not know it yet. */
  async function revokeSession(page: Page, email: string): Promise<void> {
    const { id } = await pipeline.db('users').where({ email }).first<{ id: string }>('id');
    await pipeline.db('refresh_tokens').where({ user_id: id }).update({ revoked_at: new Date() });
    await page.evaluate(`(async () => {
      const { accessToken } = JSON.parse(localStorage.getItem('stampede.session'));
      await fetch('/api/auth/logout', { method: 'POST', body: '{}', credentials: 'omit',
        headers: { 'content-type': 'application/json', authorization: 'Bearer ' + accessToken } });
    })()`);
  }

  /** Keeps what is seen, on a laptop and on a phone, and finds what is wrong with it. */
  async function look(page: Page, name: string): Promise<string[]> {
    await page.evaluate('document.fonts.ready');
    const found: string[] = [];
    for (const [device, size] of Object.entries({ laptop: LAPTOP, phone: PHONE })) {
      await page.setViewportSize(size);
      await page.screenshot({ path: join(ARTIFACTS, `office-${name}-${device}.png`), fullPage: true });
      const overflow = await measureOverflow(page);
      if (overflow > 0) found.push(`${name}: ${overflow} px too wide for a ${device}`);
    }
    found.push(...(await findAxeViolations(page)).map((violation) => `${name}: ${violation}`));
    await page.setViewportSize(LAPTOP);
    return found;
  }

  const localTime = (page: Page, fromNowMs: number) =>
    page.evaluate<string>(`(() => {
      const time = new Date(Date.now() + ${fromNowMs});
      return new Date(time - time.getTimezoneOffset() * 60000).toISOString().slice(0, 19);
    })()`);

  it(
    'carry an operator through a day: product, sale, users, audit, search, cancellation, export',
    async () => {
      const email = await givenAccount('admin');
      const wrong: string[] = [];
      const page = await openDesk('/operator/products/new', email);
      const refused: string[] = [];
      page.on('console', (message) => {
        if (message.text().includes('Content Security Policy')) refused.push(message.text());
      });
      page.on('pageerror', (error) => refused.push(String(error)));

      // A product, a file that is no picture, and a picture.
      await page.getByLabel('Name').fill('Aurora lamp');
      await page.getByLabel('Description').fill('A small lamp with a warm light.');
      await page.getByLabel('Price').fill('49,50');
      wrong.push(...(await look(page, 'product-new')));
      await page.getByRole('button', { name: 'New product' }).click();
      await page.getByRole('heading', { name: 'Aurora lamp' }).waitFor();
      const choose = page.getByLabel('Choose a picture');
      await choose.setInputFiles({ name: 'fake.png', mimeType: 'image/png', buffer: Buffer.from('<svg/>') });
      await page.getByRole('button', { name: 'Use this picture' }).click();
      await page.getByText('This file is not taken: it must be a whole PNG').waitFor();
      wrong.push(...(await look(page, 'picture-refused')));
      const large = Buffer.concat([aPng(), Buffer.alloc(2 ** 20)]);
      await choose.setInputFiles({ name: 'large.png', mimeType: 'image/png', buffer: large });
      await page.getByText('This file is not taken').waitFor();
      const lamp = await readFile(new URL('../docs/images/sale-page.png', import.meta.url));
      await choose.setInputFiles({ name: 'lamp.png', mimeType: 'image/png', buffer: lamp });
      await page.getByTestId('picture-chosen').waitFor();
      wrong.push(...(await look(page, 'picture-chosen')));
      await page.getByRole('button', { name: 'Use this picture' }).click();
      await page.getByTestId('picture-chosen').waitFor({ state: 'detached' });
      expect(await page.getByTestId('picture-now').getAttribute('src')).toMatch(/^\/api\/pictures\//);
      await page.getByRole('link', { name: 'Products' }).last().click();
      await page.getByTestId('products').getByText('Aurora lamp').waitFor();
      wrong.push(...(await look(page, 'products')));

      // A sale of it.
      await page.goto(`${api.url}/operator/sales/new`);
      await page.getByLabel('Product').selectOption({ label: 'Aurora lamp, €49.50' });
      await page.getByLabel('Name').fill('Night run');
      await page.getByLabel('Opens').fill(await localTime(page, -60_000));
      await page.getByLabel('Ends').fill(await localTime(page, -120_000));
      await page.getByLabel('Units').fill('5');
      await page.getByRole('button', { name: 'Make draft' }).click();
      await page.getByText('Ends must be after Opens').waitFor();
      expect(await page.locator(':focus').getAttribute('name')).toBe('endsAt');
      wrong.push(...(await look(page, 'sale-new-refused')));
      await page.getByLabel('Ends').fill(await localTime(page, 3_600_000));
      await page.getByRole('button', { name: 'Make draft' }).click();
      await page.getByRole('button', { name: 'Publish' }).waitFor();
      const saleId = page.url().split('/').at(-2)!;
      wrong.push(...(await look(page, 'sale-edit')));
      await page.getByRole('button', { name: 'Publish' }).click();
      await page.getByRole('dialog').getByLabel('Reason').fill('tonight');
      wrong.push(...(await look(page, 'publish')));
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
      expect(await page.getByTestId('sales').locator('tbody tr').count()).toBe(1);
      expect(await page.title()).toBe('Sales · Stampede');
      wrong.push(...(await look(page, 'sales')));

      // Somebody buys.
      const guest = (await api.send('/api/auth/guest', { method: 'POST', body: {}, headers: JSON_BODY }))
        .body as SessionBody;
      const bought = await api.send('/api/purchase/attempt', {
        method: 'POST',
        body: { saleId },
        headers: { ...JSON_BODY, Authorization: `Bearer ${guest.accessToken}` },
      });
      const { attemptId } = bought.attempt;
      await until(() => pipeline.db('orders').where({ attempt_id: attemptId }).first<object | undefined>(), {
        what: 'the order is written',
      });

      // Who that was, and a block.
      await page.goto(`${api.url}/operator/users`);
      await page.getByTestId('users').waitFor();
      await page.getByLabel('Part of the e-mail').fill(guest.user.email);
      await page.getByRole('button', { name: 'Filter' }).click();
      const line = page.locator(`[data-user-id="${guest.user.id}"]`);
      await until(async () => (await page.locator('[data-user-id]').count()) === 1 || null, {
        ...{ timeoutMs: STEP_MS, what: 'the list is narrowed' },
      });
      wrong.push(...(await look(page, 'users')));
      await line.getByRole('button', { name: 'Change' }).click();
      await page.getByRole('dialog').getByLabel('Access').selectOption({ label: 'Blocked' });
      await page.getByRole('dialog').getByLabel('Reason').fill('bought by a robot');
      wrong.push(...(await look(page, 'user-change')));
      await page.getByRole('button', { name: 'Change user' }).click();
      await line.getByText('Blocked').waitFor();

      // What was done to the sale.
      await page.goto(`${api.url}/operator/audit?subject=sale:${saleId}`);
      const published = page.locator('[data-action="sale.publish"]');
      await published.getByText('“tonight”').waitFor();
      await published.getByText('Before and after').click();
      expect(await published.locator('del').textContent()).toBe('draft');
      expect(await published.locator('ins').textContent()).toBe('active');
      expect(await page.locator('.audit-entry').count()).toBe(2);
      wrong.push(...(await look(page, 'audit')));

      // The attempt, and the end of its order.
      await page.goto(`${api.url}/operator/search`);
      wrong.push(...(await look(page, 'search-empty')));
      await page.getByLabel('E-mail, or the id').fill(guest.user.email);
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: attemptId }).click();
      await page.locator('[data-what="ordered"]').waitFor();
      wrong.push(...(await look(page, 'trail')));
      await page.getByRole('button', { name: 'Cancel this order' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Reason').fill('bought by a robot');
      expect(await dialog.getByRole('button', { name: 'Cancel this order' }).isDisabled()).toBe(true);
      await dialog.getByLabel('Type').fill('Night run');
      wrong.push(...(await look(page, 'cancel')));
      await dialog.getByRole('button', { name: 'Cancel this order' }).click();
      await page.locator('[data-what="cancelled"]').waitFor();
      await page.getByRole('button', { name: 'Cancel this order' }).waitFor({ state: 'detached' });

      // All of it as a file.
      await page.goto(`${api.url}/operator/exports?sale=${saleId}`);
      const download = page.waitForEvent('download');
      await page.getByTestId('export-orders').getByRole('button', { name: 'Export' }).click();
      const saved = await download;
      expect(saved.suggestedFilename()).toBe(`orders-${saleId}.csv`);
      const csv = await readFile(await saved.path(), 'utf8');
      expect(csv.trimEnd().split('\r\n')).toHaveLength(2);
      expect(csv).toContain(attemptId);
      await page.getByText('Done: 1 line,').waitFor();
      wrong.push(...(await look(page, 'exports')));

      expect(wrong).toEqual([]);
      expect(refused).toEqual([]);
    },
    TEST_MS,
  );

  it(
    'lose nothing when the session ends while a form is open, or the page is loaded again',
    async () => {
      const email = await givenAccount('operator');
      const page = await openDesk('/operator/products/new', email);
      const name = 'Typed before the session ended';
      await page.getByLabel('Name').fill(name);
      await page.getByLabel('Description').fill('Kept');
      await page.reload();
      await page.getByTestId('restored').waitFor();
      await page.getByLabel('Price').fill('19.99');

      await revokeSession(page, email);
      const made = () => pipeline.db('products').where({ name });
      await page.getByRole('button', { name: 'New product' }).click();
      await page.getByTestId('desk-sign-in').waitFor();
      expect(await made()).toEqual([]);
      expect(await look(page, 'session-ended')).toEqual([]);

      await signIn(page, email);
      await page.getByLabel('Price').waitFor();
      expect(await page.getByLabel('Name').inputValue()).toBe(name);
      expect(await page.getByLabel('Description').inputValue()).toBe('Kept');
      expect(await page.getByLabel('Price').inputValue()).toBe('19.99');
      await page.getByRole('button', { name: 'New product' }).click();
      await page.getByRole('heading', { name }).waitFor();
      expect(await made()).toMatchObject([{ description: 'Kept', price_minor: 1_999 }]);

      // A file that was chosen is still chosen.
      const picture = { name: 'two-pixels.png', mimeType: 'image/png', buffer: aPng() };
      await page.getByLabel('Choose a picture').setInputFiles(picture);
      await page.getByTestId('picture-chosen').waitFor();
      await revokeSession(page, email);
      await page.getByRole('button', { name: 'Use this picture' }).click();
      await page.getByTestId('desk-sign-in').waitFor();
      await signIn(page, email);
      await page.getByTestId('picture-chosen').waitFor();
      await page.getByRole('button', { name: 'Use this picture' }).click();
      await page.getByTestId('picture-now').waitFor();

      // What was sent is no draft any more.
      await page.goto(`${api.url}/operator/products/new`);
      await page.getByLabel('Name').waitFor();
      expect(await page.getByLabel('Name').inputValue()).toBe('');
      expect(await page.getByTestId('restored').count()).toBe(0);
    },
    TEST_MS,
  );

  it(
    'tell how far an export is, and keep nothing of one that is cancelled',
    async () => {
      const sale = await givenSale(pipeline, { name: 'A long run' });
      const [shopper] = await givenShoppers(pipeline.db, 1);
      await pipeline.db.raw(
        `insert into purchase_attempts (id, sale_id, user_id, quantity, sequence, outcome, reason, admitted_at)
         select gen_random_uuid(), ?, ?, 1, n, 'rejected', 'sold_out', now() from generate_series(1, 60000) n`,
        [sale.saleId, shopper!],
      );
      const page = await openDesk(`/operator/exports?sale=${sale.saleId}`, await givenAccount('operator'));
      const card = page.getByTestId('export-attempts');
      await card.waitFor();
      const line = await page.context().newCDPSession(page);
      const slowly = { offline: false, latency: 0, uploadThroughput: -1, downloadThroughput: 300_000 };
      await line.send('Network.emulateNetworkConditions', slowly);
      await card.getByRole('button', { name: 'Export' }).click();
      await card.getByText(/^[1-9][\d,]* of 60,000 lines/).waitFor();
      expect(await look(page, 'export-running')).toEqual([]);
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
        ...{ timeoutMs: STEP_MS, what: 'the store is empty' },
      });
    },
    TEST_MS,
  );

  it(
    'show what a colleague changed meanwhile, and keep what was typed',
    async () => {
      const { body } = await colleague.post('/products', { name: 'Stool', priceMinor: 100, currency: 'EUR' });
      const { id } = body as { id: string };
      const page = await openDesk(`/operator/products/${id}`, await givenAccount('operator'), 'dark');
      await page.getByLabel('Name').fill('My stool');
      const edit = { name: 'Their stool', description: 'Three legs' };
      expect((await colleague.patch(`/products/${id}`, 1, edit)).status).toBe(200);
      await page.getByRole('button', { name: 'Save' }).click();
      const notice = page.getByTestId('changed-meanwhile');
      await notice.waitFor();
      expect(await notice.textContent()).toContain(
        'was “Stool”, is now “Their stool”. You typed “My stool”.',
      );
      expect(await page.getByLabel('Name').inputValue()).toBe('My stool');
      expect(await page.getByLabel('Description').inputValue()).toBe('Three legs');
      expect(await look(page, 'changed-meanwhile')).toEqual([]);
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('heading', { name: 'My stool' }).waitFor();
      const stored = await pipeline.db('products').where({ id }).first<object>('name', 'description');
      expect(stored).toEqual({ name: 'My stool', description: 'Three legs' });
    },
    TEST_MS,
  );

  it(
    'send an edit again as it was, when its answer was lost and a colleague was faster meanwhile',
    async () => {
      const { body } = await colleague.post('/products', { name: 'Bench', priceMinor: 100, currency: 'EUR' });
      const { id } = body as { id: string };
      const page = await openDesk(`/operator/products/${id}`, await givenAccount('operator'));
      await page.getByLabel('Name').fill('My bench');
      let reads = 0;
      let isLost = false;
      await page.route(`**/api/admin/products/${id}`, async (route) => {
        const isEdit = route.request().method() === 'PATCH';
        if (!isEdit) reads += 1;
        if (!isEdit || isLost) return route.continue();
        isLost = true; // before the server saw it
        await colleague.patch(`/products/${id}`, 1, { name: 'Their bench' });
        // Who comes back to the tab reads anew what is older than a moment.
        const comesBack = `window.dispatchEvent(new Event('visibilitychange'))`;
        await until(async () => (await page.evaluate(comesBack), reads > 0 || null), {
          what: 'it is read anew',
        });
        return route.abort();
      });
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByTestId('trouble').waitFor();
      expect(await page.getByTestId('changed-meanwhile').textContent()).toContain('is now “Their bench”');
      expect(await pipeline.db('products').where({ id }).first<object>('name')).toEqual({
        name: 'Their bench',
      });
    },
    TEST_MS,
  );

  it(
    'say what is when a list is empty, loading, failing or not for everybody',
    async () => {
      const wrong: string[] = [];
      await givenShoppers(pipeline.db, 60);
      const email = await givenAccount('admin');
      const page = await openDesk('/operator/products?name=nobody+has+this', email, 'dark');
      await page.getByText('Nothing matches').waitFor();
      wrong.push(...(await look(page, 'empty')));

      let answer: (() => void) | undefined;
      const held = new Promise<void>((resolve) => (answer = resolve));
      await page.route('**/api/admin/audit*', async (route) => {
        await held;
        await route.abort();
      });
      await page.goto(`${api.url}/operator/audit`);
      await page.getByTestId('loading').waitFor();
      wrong.push(...(await look(page, 'loading')));
      answer?.();
      await page.getByRole('button', { name: 'Try again' }).waitFor();
      wrong.push(...(await look(page, 'failing')));
      await page.unroute('**/api/admin/audit*');
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByTestId('audit').waitFor();

      // Far more than a page: the rest comes as it is scrolled to.
      await page.goto(`${api.url}/operator/users`);
      await page.getByTestId('users').waitFor();
      const scrolledToAll = async () => {
        await page.mouse.wheel(0, 2_000);
        return (await page.locator('[data-user-id]').count()) > 40 || null;
      };
      await until(scrolledToAll, { timeoutMs: STEP_MS, what: 'the rest of the list comes' });

      const operator = await openDesk('/operator/users', await givenAccount('operator'));
      await operator.getByText('Administrators only').waitFor();
      wrong.push(...(await look(operator, 'forbidden')));
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

const JSON_BODY = { 'Content-Type': 'application/json' };
