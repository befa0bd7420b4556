import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { ErrorCode } from './contracts/error-catalogue.ts';
import { readInstanceFile } from './infrastructure/embedded/instance-file.ts';
import { openBrowser } from './testing/open-browser.ts';
import { refusal } from './testing/refusal-answer.ts';
import { countOrders, openShopFloor, type ShopFloor } from './testing/shop-floor.ts';
import { startInstance, type TestInstance } from './testing/start-instance.ts';

const START_MS = 300_000;
/** Many pages at once, each through its four lives, on a machine that is busy with other tests, ms. */
const LIVES_MS = 300_000;
const AT_ONCE = 3;

/** One state of the sale page, and what becomes of it. A kind is what `data-kind` of the standing says. */
interface State {
  name: string;
  /** Nobody is signed in; else a fresh guest is. */
  isSignedOut?: boolean;
  /** Brings the shopper into it. */
  given: (context: BrowserContext) => Promise<Page>;
  kinds: string[];
  /** Without a line; the same when not named. */
  offline?: string[];
  /** After a reload, and in a second tab; the same when not named. */
  later?: string[];
}

const ATTEMPT = '**/api/purchase/attempt';

describe('a state of the sale page', () => {
  let browser: Browser;
  let instance: TestInstance;
  let floor: ShopFloor;
  /** Open, with a unit for everybody who asks. */
  let plenty: string;

  beforeAll(async () => {
    browser = await openBrowser();
    instance = await startInstance({ WEB_CONCURRENCY: '2' });
    floor = await openShopFloor(browser, instance);
    plenty = await floor.createSale({ stock: 100 });
  }, START_MS);

  afterEach(() => floor.closeContexts());

  afterAll(async () => {
    await browser.close();
    await instance.stop();
  }, 60_000);

  const open = (saleId: string) => (context: BrowserContext) => floor.openSale(saleId, context);
  const clickBuy = (page: Page) => page.locator('[data-testid=buy][aria-disabled=false]').click();

  async function openAsOperator(context: BrowserContext): Promise<Page> {
    const page = await floor.openSale(plenty, context);
    await page.getByRole('button', { name: 'Sign in or make an account' }).click();
    await page.getByLabel('E-mail').fill(floor.operator.email);
    await page.getByLabel('Password').fill(floor.operator.password);
    await page.getByTestId('standing').getByRole('button', { name: 'Sign in', exact: true }).click();
    return page;
  }

  async function buy(context: BrowserContext, saleId = plenty): Promise<Page> {
    const page = await floor.openSale(saleId, context);
    await clickBuy(page);
    return page;
  }

  /** Buys, and is answered what a proxy, or an API of another mood, would. */
  const buyAndBeTold =
    (code: ErrorCode, retryAfterSec?: number) =>
    async (context: BrowserContext): Promise<Page> => {
      const page = await floor.openSale(plenty, context);
      await context.route(ATTEMPT, (route) => route.fulfill(refusal(code, retryAfterSec)));
      await clickBuy(page);
      return page;
    };

  /** Off the line and back, loaded anew, and in a second tab; @returns both tabs. */
  async function liveOn(state: State): Promise<Page[]> {
    const { name, isSignedOut = false, given, kinds, offline = kinds, later = kinds } = state;
    const context = await (isSignedOut ? floor.newShopper() : floor.newGuest());
    try {
      const page = await given(context);
      await floor.comesTo(page, ...kinds);
      await context.setOffline(true);
      await page.getByTestId('connection').waitFor();
      await floor.comesTo(page, ...offline);
      await context.setOffline(false);
      await page.getByTestId('connection').waitFor({ state: 'detached' });
      await floor.comesTo(page, ...kinds);
      await page.reload();
      await floor.comesTo(page, ...later);
      const second = await context.newPage();
      await second.goto(page.url());
      await floor.comesTo(second, ...later);
      await floor.comesTo(page, ...later);
      return [page, second];
    } catch (cause) {
      throw new Error(`${name}: ${String(cause)}`, { cause });
    }
  }

  /** A few at a time, so that two cores bear it. */
  async function liveAllOn(states: readonly State[]): Promise<void> {
    const waiting = [...states];
    const inTurn = async (): Promise<void> => {
      for (let state = waiting.shift(); state; state = waiting.shift()) {
        const [page] = await liveOn(state);
        await page!.context().close();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, inTurn));
  }

  it(
    'of the sale stays over offline, reload and a second tab',
    async () => {
      const paused = await floor.createSale({ stock: 5 });
      await floor.change(paused, 'pause');
      const ended = await floor.createSale({ stock: 5, name: 'Over' });
      await floor.change(ended, 'stop', { reason: 'over', confirm: 'Over' });
      const scheduled = await floor.createSale({ stock: 5, opensInSec: 3_000 });
      const soldOut = await floor.createSale({ stock: 0 });
      const offline = ['offline'];
      await liveAllOn([
        { name: 'scheduled', given: open(scheduled), kinds: ['scheduled'], offline },
        { name: 'open', given: open(plenty), kinds: ['open'], offline },
        { name: 'signed out', isSignedOut: true, given: open(plenty), kinds: ['signed_out'], offline },
        { name: 'paused', given: open(paused), kinds: ['paused'], offline },
        { name: 'sold out', given: open(soldOut), kinds: ['sold_out'], offline },
        { name: 'ended', given: open(ended), kinds: ['ended'], offline },
        { name: 'an operator', isSignedOut: true, given: openAsOperator, kinds: ['not_shopper'], offline },
      ]);
    },
    LIVES_MS,
  );

  it(
    'of a wish that is under way stays over offline, reload and a second tab, and all end in one order',
    async () => {
      const { processes } = (await readInstanceFile(instance.dataDir))!;
      const workers = processes.flatMap(({ role, pid }) => (role === 'worker' ? [pid] : []));
      let isLosing = true;
      const buyWhile =
        (lose: (context: BrowserContext) => Promise<unknown>) =>
        async (context: BrowserContext): Promise<Page> => {
          const page = await floor.openSale(plenty, context);
          await lose(context);
          await clickBuy(page);
          return page;
        };
      // Workers that stand still leave the attempts in line.
      for (const pid of workers) process.kill(pid, 'SIGSTOP');
      try {
        const states: State[] = [
          {
            name: 'sending, then checking: no answer comes',
            given: buyWhile((context) =>
              context.route(ATTEMPT, (route) => (isLosing ? undefined : route.continue())),
            ),
            kinds: ['sending', 'checking'],
          },
          {
            name: 'checking: the answer is lost',
            given: buyWhile((context) =>
              context.route(ATTEMPT, async (route) => {
                if (!isLosing) return route.continue();
                await route.fetch().catch(() => undefined); // without a line it does not even arrive
                await route.abort();
              }),
            ),
            kinds: ['checking'],
          },
          {
            name: 'crowded: the gate is closed for a moment',
            given: buyWhile((context) =>
              context.route(ATTEMPT, (route) =>
                isLosing ? route.fulfill(refusal('gate_closed', 1)) : route.continue(),
              ),
            ),
            kinds: ['crowded'],
          },
          { name: 'in line', given: (context) => buy(context), kinds: ['in_line'] },
        ];
        const pages = (await Promise.all(states.map(liveOn))).flat();
        isLosing = false;
        for (const pid of workers) process.kill(pid, 'SIGCONT');
        await Promise.all(pages.map((page) => floor.comesTo(page, 'confirmed')));
        const orders = await Promise.all(pages.map((page) => countOrders(page, plenty)));
        expect(orders).toEqual(pages.map(() => 1));
      } finally {
        for (const pid of workers) process.kill(pid, 'SIGCONT');
      }
    },
    LIVES_MS,
  );

  it(
    'of a wish that was answered stays offline; a purchase outlives reloads and tabs, a refusal does not',
    async () => {
      const two = await floor.createSale({ stock: 2, limit: 3 });
      await liveAllOn([
        { name: 'confirmed', given: (context) => buy(context), kinds: ['confirmed'] },
        {
          name: 'not enough left',
          given: async (context) => {
            const page = await floor.openSale(two, context);
            await page.getByTestId('quantity').fill('3');
            await clickBuy(page);
            return page;
          },
          kinds: ['not_enough_left'],
          later: ['open'],
        },
        {
          name: 'limit reached',
          given: async (context) => {
            const page = await buy(context);
            await floor.comesTo(page, 'confirmed');
            await clickBuy(page);
            return page;
          },
          kinds: ['limit_reached'],
          later: ['confirmed'],
        },
        {
          name: 'already bought',
          given: async (context) => {
            const own = await floor.createSale({ stock: 5 });
            const page = await buy(context, own);
            await floor.comesTo(page, 'confirmed');
            await clickBuy(page);
            await floor.comesTo(page, 'limit_reached');
            await floor.change(own, 'pause');
            await page.locator('[data-testid=state][data-state=paused]').waitFor();
            await floor.change(own, 'resume');
            return page;
          },
          kinds: ['already_bought'],
          offline: ['offline'],
          later: ['confirmed'],
        },
        ...REFUSALS.map(([code, kind, retryAfterSec]) => ({
          name: kind,
          given: buyAndBeTold(code, retryAfterSec),
          kinds: [kind],
          later: ['open'],
        })),
        {
          name: 'no guests here',
          isSignedOut: true,
          given: async (context) => {
            await context.route('**/api/auth/guest', (route) => route.fulfill(refusal('not_found')));
            const page = await floor.openSale(plenty, context);
            await clickBuy(page);
            return page;
          },
          kinds: ['sign_in_needed'],
          later: ['signed_out'],
        },
        {
          name: 'the session ended',
          given: async (context) => {
            await context.route('**/api/auth/refresh', (route) => route.fulfill(refusal('unauthenticated')));
            return buyAndBeTold('unauthenticated')(context);
          },
          kinds: ['session_ended'],
          later: ['signed_out'],
        },
      ]);
    },
    LIVES_MS,
  );

  it(
    'in which a shopper wishes without a line is kept until the line is back',
    async () => {
      const context = await floor.newGuest();
      const page = await floor.openSale(plenty, context);
      await context.setOffline(true);
      await clickBuy(page);
      await floor.comesTo(page, 'checking');
      await context.setOffline(false);
      await floor.comesTo(page, 'confirmed');
      expect(await countOrders(page, plenty)).toBe(1);
    },
    LIVES_MS,
  );
});

/** What a gate refuses and a reload forgets: code, kind, seconds to wait. */
const REFUSALS: [code: ErrorCode, kind: string, retryAfterSec?: number][] = [
  ['rate_limited', 'rate_limited', 120],
  ['sold_out', 'lost'],
  ['forbidden', 'blocked'],
  ['sale_not_started', 'too_early', 120],
  ['idempotency_key_reused', 'failed'],
];
