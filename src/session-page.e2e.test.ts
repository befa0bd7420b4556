import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { openBrowser } from './testing/open-browser.ts';
import { startInstance, type TestInstance } from './testing/start-instance.ts';
import { until } from './testing/until.ts';

const START_MS = 300_000;
const STEP_MS = 20_000;

/** Access tokens live for ten seconds here, so that the page renews them at half of it. */
describe('a session in the browser', () => {
  let browser: Browser | undefined;
  let instance: TestInstance | undefined;

  beforeAll(async () => {
    browser = await openBrowser();
    instance = await startInstance({ WEB_CONCURRENCY: '2', ACCESS_TOKEN_SEC: '10' });
  }, START_MS);
  afterAll(async () => {
    await browser?.close();
    await instance?.stop();
  }, 60_000);

  async function openPage(context: BrowserContext): Promise<Page> {
    const page = await context.newPage();
    page.setDefaultTimeout(STEP_MS);
    await page.goto(instance!.url);
    return page;
  }
  const refreshCookie = async (context: BrowserContext) =>
    (await context.cookies(`${instance!.url}/api/auth/refresh`)).find(({ name }) => name === 'refresh_token');
  const untilRenewed = async (context: BrowserContext) => {
    const before = (await refreshCookie(context))?.value;
    const isRenewed = async () => ((await refreshCookie(context))?.value !== before ? true : null);
    await until(isRenewed, { timeoutMs: STEP_MS, what: 'the refresh cookie is replaced' });
  };

  it('goes on in two tabs by a cookie no script sees, and ends when somebody signs out', async () => {
    const context = await browser!.newContext();
    const [one, two] = [await openPage(context), await openPage(context)];
    await one.getByTestId('buy').click();
    await one.locator('[data-testid=standing][data-kind=confirmed]').waitFor();
    const cookie = await refreshCookie(context);
    expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict', path: '/api/auth' });
    expect(await one.evaluate('document.cookie')).toBe('');

    await untilRenewed(context);
    await untilRenewed(context);
    await untilRenewed(context); // by now the first token is over, and so is the one after it
    for (const page of [one, two]) {
      expect(await page.getByTestId('account').textContent()).toBe('Guest');
      await page.reload();
      await page.locator('[data-testid=standing][data-kind=confirmed]').waitFor();
    }

    const last = await refreshCookie(context);
    await one.getByRole('button', { name: 'Sign out' }).click();
    await two.getByRole('button', { name: 'Sign in', exact: true }).first().waitFor();
    expect(await refreshCookie(context)).toBeUndefined();
    const answer = await fetch(`${instance!.url}/api/auth/refresh`, {
      method: 'POST',
      headers: { Cookie: `refresh_token=${last!.value}` },
    });
    expect(answer.status).toBe(401);

    // Whoever is next sees nothing of who was here before, not even while their own orders cannot be read.
    await one.route('**/api/purchase/user/**', (route) => route.abort());
    await one.getByRole('button', { name: 'Sign in', exact: true }).first().click();
    await one.getByRole('dialog').getByRole('button', { name: 'Continue as guest' }).click();
    await one.getByText('Your orders cannot be read right now.').waitFor();
    expect(await one.getByTestId('order').count()).toBe(0);
    await context.close();
  }, 180_000);
});
