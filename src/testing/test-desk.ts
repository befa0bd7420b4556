import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { Role } from '../contracts/http.ts';
import { createPasswords } from '../features/account/password.ts';
import { openBrowser } from './open-browser.ts';
import { findAxeViolations, measureOverflow } from './page-checks.ts';
import { startTestApi, tokenOf, type TestApi } from './test-api.ts';
import { givenOperator, type TestOperator } from './test-operator.ts';
import { startTestPipeline, type TestPipeline } from './test-pipeline.ts';

/** Shorter than a test's own limit, so that the step which never came is named, ms. */
export const DESK_STEP_MS = 30_000;
const PASSWORD = 'a long way round the lake';
/** What was seen is kept here for people to look at. */
export const ARTIFACTS = fileURLToPath(new URL('../../screenshots', import.meta.url));
export const LAPTOP = { width: 1366, height: 768 };
export const PHONE = { width: 390, height: 844 };

/** Who comes back to the tab reads anew what is older than a moment. To be evaluated in the page. */
export const COMES_BACK = `window.dispatchEvent(new Event('visibilitychange'))`;

export interface TestDesk {
  api: TestApi;
  pipeline: TestPipeline;
  /** Another operator, who works by the API. */
  colleague: TestOperator;
  /** @returns the e-mail of a new account that can sign in */
  givenAccount(role: 'operator' | 'admin'): Promise<string>;
  /** A page of the desk as that account sees it, in a browser that was never here. */
  open(path: string, email: string, colorScheme?: 'light' | 'dark'): Promise<Page>;
  /** A page of the shop or the desk as the colleague, in one of these roles, or as nobody: without the form. */
  openAs(role: Role | null, path: string, options?: BrowserContextOptions): Promise<Page>;
  signIn(page: Page, email: string): Promise<void>;
  /** Ends all that a session has at the server; the page does not know it yet. */
  revokeSession(page: Page, email: string): Promise<void>;
  /** Keeps what is seen on a laptop and on a phone. @returns what is wrong with it, a line each */
  look(page: Page, name: string): Promise<string[]>;
  closePages(): Promise<void>;
  close(): Promise<void>;
}

/** The operator's desk in a real browser, over an API process and a worker of this test file's own. */
export async function startTestDesk(): Promise<TestDesk> {
  await mkdir(ARTIFACTS, { recursive: true });
  const browser: Browser = await openBrowser();
  const pipeline = await startTestPipeline();
  await pipeline.startWorker();
  const api = await startTestApi(pipeline, { DEMO: '1' });
  const colleague = await givenOperator(api, pipeline.db);
  let contexts: BrowserContext[] = [];

  const signIn = async (page: Page, email: string) => {
    const main = page.getByRole('main');
    await main.getByLabel('E-mail').fill(email);
    await main.getByLabel('Password').fill(PASSWORD);
    await main.getByRole('button', { name: 'Sign in' }).click();
  };
  return {
    ...{ api, pipeline, colleague, signIn },
    async givenAccount(role) {
      const { id } = await givenOperator(api, pipeline.db, role);
      const password_hash = await createPasswords().hash(PASSWORD);
      await pipeline.db('users').where({ id }).update({ password_hash });
      return `${id}@test.invalid`;
    },
    async open(path, email, colorScheme = 'light') {
      const context = await browser.newContext({ viewport: LAPTOP, colorScheme });
      contexts.push(context);
      const page = await context.newPage();
      page.setDefaultTimeout(DESK_STEP_MS);
      await page.goto(`${api.url}${path}`);
      await signIn(page, email);
      return page;
    },
    async openAs(role, path, options = {}) {
      const context = await browser.newContext({ viewport: LAPTOP, ...options });
      contexts.push(context);
      context.setDefaultTimeout(DESK_STEP_MS);
      if (role) {
        const { id } = colleague;
        const accessToken = tokenOf(id, { role }).replace('Bearer ', '');
        const user = { id, email: `${id}@test.invalid`, name: role, role };
        const session = JSON.stringify({ user, accessToken, expiresAtMs: Date.now() + 3_600_000 });
        await context.addInitScript(`localStorage.setItem('stampede.session', ${JSON.stringify(session)})`);
      }
      const page = await context.newPage();
      await page.goto(api.url + path);
      return page;
    },
    async revokeSession(page, email) {
      const { id } = await pipeline.db('users').where({ email }).first<{ id: string }>('id');
      await pipeline.db('refresh_tokens').where({ user_id: id }).update({ revoked_at: new Date() });
      await page.evaluate(`(async () => {
        const { accessToken } = JSON.parse(localStorage.getItem('stampede.session'));
        await fetch('/api/auth/logout', { method: 'POST', body: '{}', credentials: 'omit',
          headers: { 'content-type': 'application/json', authorization: 'Bearer ' + accessToken } });
      })()`);
    },
    async look(page, name) {
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
    },
    async closePages() {
      for (const context of contexts) {
        for (const page of context.pages()) await page.unrouteAll({ behavior: 'ignoreErrors' });
        await context.close();
      }
      contexts = [];
    },
    async close() {
      await browser.close();
      await api.close();
      await pipeline.close();
    },
  };
}
