import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { aPng } from './testing/a-picture.ts';
import { COMES_BACK, DESK_STEP_MS, startTestDesk, type TestDesk } from './testing/test-desk.ts';
import { until } from './testing/until.ts';

const TEST_MS = 240_000;

describe('the forms of the desk', () => {
  let desk: TestDesk;
  beforeAll(async () => {
    desk = await startTestDesk();
  }, 120_000);
  afterEach(() => desk.closePages());
  afterAll(() => desk.close(), 60_000);

  it(
    'lose nothing when the session ends while a form is open, or the page is loaded again',
    async () => {
      const email = await desk.givenAccount('operator');
      const page = await desk.open('/operator/products/new', email);
      const name = 'Typed before the session ended';
      await page.getByLabel('Name').fill(name);
      await page.getByLabel('Description').fill('Kept');
      await page.reload();
      await page.getByTestId('restored').waitFor();
      await page.getByLabel('Price').fill('19.99');

      await desk.revokeSession(page, email);
      const made = () => desk.pipeline.db('products').where({ name });
      await page.getByRole('button', { name: 'New product' }).click();
      await page.getByTestId('desk-sign-in').waitFor();
      expect(await made()).toEqual([]);
      expect(await desk.look(page, 'session-ended')).toEqual([]);

      await desk.signIn(page, email);
      await page.getByLabel('Price').waitFor();
      expect(await page.getByLabel('Name').inputValue()).toBe(name);
      expect(await page.getByLabel('Description').inputValue()).toBe('Kept');
      expect(await page.getByLabel('Price').inputValue()).toBe('19.99');
      await page.getByRole('button', { name: 'New product' }).click();
      await page.getByRole('heading', { name }).waitFor();
      expect(await made()).toMatchObject([{ description: 'Kept', price_minor: 1_999 }]);

      // A file that was chosen is still chosen, also when it is a read that finds the session ended.
      const picture = { name: 'two-pixels.png', mimeType: 'image/png', buffer: aPng() };
      await page.getByLabel('Choose a picture').setInputFiles(picture);
      await page.getByTestId('picture-chosen').waitFor();
      await desk.revokeSession(page, email);
      const isAtTheGate = async () => {
        await page.evaluate(COMES_BACK);
        return (await page.getByTestId('desk-sign-in').count()) > 0 || null;
      };
      await until(isAtTheGate, { timeoutMs: DESK_STEP_MS, what: 'a read is refused' });
      await desk.signIn(page, email);
      await page.getByTestId('picture-chosen').waitFor();
      await page.getByRole('button', { name: 'Use this picture' }).click();
      await page.getByTestId('picture-now').waitFor();

      // What was sent is no draft any more.
      await page.goto(`${desk.api.url}/operator/products/new`);
      await page.getByLabel('Name').waitFor();
      expect(await page.getByLabel('Name').inputValue()).toBe('');
      expect(await page.getByTestId('restored').count()).toBe(0);
    },
    TEST_MS,
  );

  it(
    'make one thing of a form whose answer was lost and whose page was loaded again',
    async () => {
      const page = await desk.open('/operator/products/new', await desk.givenAccount('operator'));
      const name = 'Made once';
      await page.getByLabel('Name').fill(name);
      await page.getByLabel('Price').fill('5');
      const made = () => desk.pipeline.db('products').where({ name });
      await page.route('**/api/admin/products', async (route) => {
        if (route.request().method() !== 'POST') return route.continue();
        if ((await made()).length === 0) await route.fetch();
        return route.abort();
      });
      await page.getByRole('button', { name: 'New product' }).click();
      await page.getByTestId('trouble').waitFor();
      expect(await made()).toHaveLength(1);
      await page.unroute('**/api/admin/products');
      await page.reload();
      await page.getByTestId('restored').waitFor();
      await page.getByRole('button', { name: 'New product' }).click();
      await page.getByRole('heading', { name }).waitFor();
      expect(await made()).toHaveLength(1);
    },
    TEST_MS,
  );

  it(
    'show what a colleague changed meanwhile, and keep what was typed',
    async () => {
      const { body } = await desk.colleague.post('/products', {
        name: 'Stool',
        priceMinor: 100,
        currency: 'EUR',
      });
      const { id } = body as { id: string };
      const page = await desk.open(`/operator/products/${id}`, await desk.givenAccount('operator'), 'dark');
      await page.getByLabel('Name').fill('My stool');
      const edit = { name: 'Their stool', description: 'Three legs' };
      expect((await desk.colleague.patch(`/products/${id}`, 1, edit)).status).toBe(200);
      await page.getByRole('button', { name: 'Save' }).click();
      const notice = page.getByTestId('changed-meanwhile');
      await notice.waitFor();
      expect(await notice.textContent()).toContain(
        'was “Stool”, is now “Their stool”. You typed “My stool”.',
      );
      expect(await page.getByLabel('Name').inputValue()).toBe('My stool');
      expect(await page.getByLabel('Description').inputValue()).toBe('Three legs');
      expect(await desk.look(page, 'changed-meanwhile')).toEqual([]);
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('heading', { name: 'My stool' }).waitFor();
      const stored = await desk.pipeline.db('products').where({ id }).first<object>('name', 'description');
      expect(stored).toEqual({ name: 'My stool', description: 'Three legs' });
    },
    TEST_MS,
  );

  it(
    'send an edit again as it was, when its answer was lost and a colleague was faster meanwhile',
    async () => {
      const { body } = await desk.colleague.post('/products', {
        name: 'Bench',
        priceMinor: 100,
        currency: 'EUR',
      });
      const { id } = body as { id: string };
      const page = await desk.open(`/operator/products/${id}`, await desk.givenAccount('operator'));
      await page.getByLabel('Name').fill('My bench');
      let reads = 0;
      let isLost = false;
      await page.route(`**/api/admin/products/${id}`, async (route) => {
        const isEdit = route.request().method() === 'PATCH';
        if (!isEdit) reads += 1;
        if (!isEdit || isLost) return route.continue();
        isLost = true; // before the server saw it
        await desk.colleague.patch(`/products/${id}`, 1, { name: 'Their bench' });
        const isReadAnew = async () => {
          await page.evaluate(COMES_BACK);
          return reads > 0 || null;
        };
        await until(isReadAnew, { timeoutMs: DESK_STEP_MS, what: 'it is read anew' });
        return route.abort();
      });
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByTestId('trouble').waitFor();
      expect(await page.getByTestId('changed-meanwhile').textContent()).toContain('is now “Their bench”');
      expect(await desk.pipeline.db('products').where({ id }).first<object>('name')).toEqual({
        name: 'Their bench',
      });
    },
    TEST_MS,
  );
});
