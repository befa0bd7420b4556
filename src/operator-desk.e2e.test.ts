import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { findAxeViolations } from './testing/page-checks.ts';
import { givenSale } from './testing/test-sale.ts';
import { ARTIFACTS, startTestDesk, type TestDesk } from './testing/test-desk.ts';

const TEST_MS = 120_000;

describe('the operator’s desk in a browser', () => {
  let desk: TestDesk;
  beforeAll(async () => {
    desk = await startTestDesk();
  }, TEST_MS);
  afterEach(() => desk.closePages());
  afterAll(() => desk.close(), 60_000);

  const openDesk = (path: string) => desk.openAs('operator', path);
  const stateAtDesk = (page: Page, state: string) =>
    page.locator(`[data-testid=sale-state][data-state=${state}]`);

  it(
    'pauses and resumes a sale, and a shopper’s page hears of it by its socket alone',
    async () => {
      const { saleId } = await givenSale(desk.pipeline);
      const page = await openDesk(`/operator/sales/${saleId}`);
      await page.getByTestId('remaining').waitFor();
      const shopper = await desk.openAs(null, `/?sale=${saleId}`);
      await shopper.locator('[data-testid=state][data-state=open]').waitFor();
      await shopper.route('**/api/flash-sale/**', (route) => route.abort()); // no poll, no snapshot from now on

      await page.getByRole('button', { name: 'Pause', exact: true }).click();
      await page
        .getByRole('dialog')
        .getByLabel(/^Reason/)
        .fill('the shelf is counted');
      await page.keyboard.press('Enter');
      await stateAtDesk(page, 'paused').waitFor();
      await shopper.locator('[data-testid=state][data-state=paused]').waitFor();
      await page.getByTestId('toast').getByText('Paused, everywhere').waitFor();
      await page.getByTestId('events').getByText('the shelf is counted').waitFor();

      await page.getByRole('button', { name: 'Resume', exact: true }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
      await stateAtDesk(page, 'open').waitFor();
      await shopper.locator('[data-testid=state][data-state=open]').waitFor();
    },
    TEST_MS,
  );

  it(
    'shows at once what was asked for, and takes it back when it is refused',
    async () => {
      const { saleId } = await givenSale(desk.pipeline);
      const page = await openDesk(`/operator/sales/${saleId}`);
      await stateAtDesk(page, 'open').waitFor();
      let refuse = () => {};
      const isAsked = new Promise<void>((asked) => {
        void page.route('**/pause', async (route) => {
          asked();
          await new Promise<void>((resolve) => (refuse = resolve));
          const problem = { code: 'sale_stopped', detail: 'Clone it to sell again.', status: 409 };
          await route.fulfill({ status: 409, json: problem });
        });
      });
      await page.getByRole('button', { name: 'Pause', exact: true }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
      await isAsked;
      await page.locator('[data-testid=sale-state][data-state=paused][aria-busy=true]').waitFor();
      refuse();
      await page.getByRole('alert').getByText('stopped for good').waitFor();
      await stateAtDesk(page, 'open').waitFor();
    },
    TEST_MS,
  );

  it(
    'takes units off, and stops a sale, only for who types its name',
    async () => {
      const { saleId } = await givenSale(desk.pipeline, { name: 'Night run', stock: 10 });
      const page = await openDesk(`/operator/sales/${saleId}`);
      await page.getByRole('button', { name: 'Stock', exact: true }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel(/^Units more/).fill('-4');
      await dialog.getByLabel(/^Reason/).fill('four are broken');
      const change = dialog.getByRole('button', { name: 'Stock' });
      expect(await change.isDisabled()).toBe(true);
      expect(await findAxeViolations(page)).toEqual([]);
      await dialog.getByLabel(/^Type “Night run”/).fill('Night run');
      await change.click();
      await page.getByTestId('toast').getByText('6 units now').waitFor();
      expect(await findAxeViolations(page)).toEqual([]);
      await page.getByTestId('remaining').getByText('6', { exact: true }).waitFor();

      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await dialog.getByLabel(/^Reason/).fill('the end');
      const stop = dialog.getByRole('button', { name: 'Stop' });
      await dialog.getByLabel(/^Type “Night run”/).fill('night run');
      expect(await stop.isDisabled()).toBe(true);
      await dialog.getByLabel(/^Type “Night run”/).fill('Night run');
      await stop.click();
      await stateAtDesk(page, 'stopped').waitFor();
    },
    TEST_MS,
  );

  it(
    'keeps what was typed into a dialog when the session ends, and goes on with it after the sign-in',
    async () => {
      const { saleId } = await givenSale(desk.pipeline);
      const email = await desk.givenAccount('operator');
      const page = await desk.open(`/operator/sales/${saleId}`, email);
      await page.getByTestId('remaining').waitFor();
      await page.getByRole('button', { name: 'Pause', exact: true }).click();
      const reason = page.getByRole('dialog').getByLabel(/^Reason/);
      await reason.fill('typed before the session ended');
      const ended = { status: 401, json: { code: 'unauthenticated', status: 401, detail: 'Sign in.' } };
      for (const path of ['**/live**', '**/api/auth/refresh'])
        await page.route(path, (route) => route.fulfill(ended));
      await page.getByTestId('desk-sign-in').waitFor();
      await reason.waitFor({ state: 'hidden' });
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      await desk.signIn(page, email);
      await reason.waitFor();
      expect(await reason.inputValue()).toBe('typed before the session ended');
      await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
      await stateAtDesk(page, 'paused').waitFor();
    },
    TEST_MS,
  );

  it(
    'tells shoppers something, shows what they read, and takes it away',
    async () => {
      const { saleId } = await givenSale(desk.pipeline);
      const page = await openDesk(`/operator/sales/${saleId}`);
      const shopper = await desk.openAs(null, `/?sale=${saleId}`);
      const say = async (message: string) => {
        await page.getByRole('button', { name: 'Message', exact: true }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel(/^Message/).fill(message);
        await dialog.getByLabel(/^Reason/).fill('a delay');
        await dialog.getByRole('button', { name: 'Message' }).click();
      };
      await say('Delivery takes a day longer.');
      await shopper.getByTestId('message').getByText('Delivery takes a day longer.').waitFor();
      await page.getByTestId('told').getByText('Delivery takes a day longer.').waitFor();
      await say('');
      await page.getByTestId('told').waitFor({ state: 'detached' });
      await shopper.getByTestId('message').getByText('Delivery').waitFor({ state: 'detached' });
    },
    TEST_MS,
  );

  it(
    'says before a drop what is to do first',
    async () => {
      const sale = await givenSale(desk.pipeline, { opensInSec: 600 });
      await desk.pipeline.db('products').where({ id: sale.product.id }).update({ image_url: '' });
      const page = await openDesk(`/operator/sales/${sale.saleId}`);
      await page.getByRole('button', { name: 'Pre-flight check' }).click();
      await page.getByTestId('verdict').waitFor();
      await page.locator('.check-bad[data-check=picture]').getByText('Give the product one').waitFor();
      await page.locator('.check-ok[data-check=gate]').waitFor();
      expect(await findAxeViolations(page)).toEqual([]);
      await page.screenshot({ path: join(ARTIFACTS, 'desk-preflight.png') });
    },
    TEST_MS,
  );

  it(
    'keeps the last figures and says so while the server does not answer, and goes on by itself',
    async () => {
      const { saleId } = await givenSale(desk.pipeline);
      const page = await openDesk(`/operator/sales/${saleId}`);
      await page.getByTestId('remaining').waitFor();
      await page.route('**/live?**', (route) => route.abort());
      await page.getByText('these are the last figures').waitFor();
      expect(await page.getByTestId('remaining').textContent()).toBe('10');
      await page.unroute('**/live?**');
      await page.getByText('these are the last figures').waitFor({ state: 'detached' });
    },
    TEST_MS,
  );
});
