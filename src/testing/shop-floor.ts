import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { OperatorProductBody, OperatorSaleBody } from '../contracts/operator-http.ts';
import type { SessionBody } from '../contracts/http.ts';
import type { TestInstance } from './start-instance.ts';
import { until } from './until.ts';

/** Shorter than a test's own limit, so that the step which never came is named, ms. */
const STEP_MS = 60_000;

/** Of what the instance printed, characters. */
const OUTPUT_SHOWN = 4_000;

export interface SaleWish {
  stock: number;
  limit?: number;
  opensInSec?: number;
  name?: string;
}

/** A running demo instance as shoppers use it in browsers, and its operator by the API. */
export interface ShopFloor {
  /** A browser of somebody who was never here. */
  newShopper(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** The same, signed in as a fresh guest. */
  newGuest(): Promise<BrowserContext>;
  openSale(saleId: string, context?: BrowserContext): Promise<Page>;
  createSale(wish: SaleWish): Promise<string>;
  /** What an operator does to a sale: `pause`, `resume`, `message`, `stop`. */
  change(saleId: string, verb: string, body?: object): Promise<void>;
  /**
   * Waits until a page says that its shopper stands so: at one of these kinds.
   *
   * @throws with what the page says instead and what the instance printed last, when it never does
   */
  comesTo(page: Page, ...kinds: readonly string[]): Promise<void>;
  /** The account of the demo's operator. */
  operator: { email: string; password: string };
  closeContexts(): Promise<void>;
}

/** Signs the demo's operator in. */
export async function openShopFloor(browser: Browser, instance: TestInstance): Promise<ShopFloor> {
  const operator = {
    email: await printed(instance, 'Operator'),
    password: await printed(instance, 'Password'),
  };
  const { accessToken } = await ask<SessionBody>('/api/auth/login', operator);
  const { products } = await ask<{ products: OperatorProductBody[] }>('/api/admin/products');
  let contexts: BrowserContext[] = [];

  async function ask<Body>(path: string, body?: object): Promise<Body> {
    const answer = await fetch(`${instance.url}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(path.startsWith('/api/admin') ? { authorization: `Bearer ${accessToken}` } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return (await answer.json()) as Body;
  }

  async function newShopper(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await browser.newContext({
      viewport: { width: 390, height: 844 },
      reducedMotion: 'reduce', // twenty pages that draw moving lines are more than two cores bear
      ...options,
    });
    context.setDefaultTimeout(STEP_MS);
    contexts.push(context);
    return context;
  }

  return {
    operator,
    newShopper,
    newGuest: async () => {
      const { user, accessToken, expiresIn } = await ask<SessionBody>('/api/auth/guest', {});
      const session = { user, accessToken, expiresAtMs: Date.now() + expiresIn * 1_000 };
      const localStorage = [{ name: 'stampede.session', value: JSON.stringify(session) }];
      return newShopper({ storageState: { cookies: [], origins: [{ origin: instance.url, localStorage }] } });
    },
    openSale: async (saleId, context) => {
      const page = await (context ?? (await newShopper())).newPage();
      await page.goto(`${instance.url}/?sale=${saleId}`);
      await page.getByTestId('buy').waitFor();
      return page;
    },
    createSale: async ({ stock, limit = 1, opensInSec = -1, name = 'A drop' }) => {
      const startsAtMs = Date.now() + opensInSec * 1_000;
      const { saleId } = await ask<OperatorSaleBody>('/api/admin/sales', {
        ...{ productId: products[0]!.id, name, stock, perShopperLimit: limit },
        startsAt: new Date(startsAtMs).toISOString(),
        endsAt: new Date(startsAtMs + 3_600_000).toISOString(),
      });
      await ask(`/api/admin/sales/${saleId}/publish`, {});
      return saleId;
    },
    change: async (saleId, verb, body = {}) => {
      await ask(`/api/admin/sales/${saleId}/${verb}`, body);
    },
    comesTo: async (page, ...kinds) => {
      const standing = kinds.map((kind) => `[data-testid=standing][data-kind=${kind}]`).join(', ');
      try {
        await page.locator(standing).waitFor();
      } catch (cause) {
        const said = await page.locator('body').innerText({ timeout: 5_000 }).catch(String);
        const shown = [
          'The page says:',
          said,
          'The instance printed last:',
          instance.output().slice(-OUTPUT_SHOWN),
        ];
        throw new Error(`The shopper never came to ${kinds.join(' or ')}.\n${shown.join('\n')}`, { cause });
      }
    },
    closeContexts: async () => {
      for (const context of contexts) await context.close();
      contexts = [];
    },
  };
}

/** What the box of `npm start` says behind a label. */
function printed({ output }: TestInstance, label: string): Promise<string> {
  return until(() => new RegExp(`│ ${label} {2,}(\\S+)`).exec(output())?.[1], {
    what: `${label} is printed`,
  });
}

export async function kindOf(page: Page): Promise<string | null> {
  return page.getByTestId('standing').getAttribute('data-kind');
}

/** How many orders of the sale the page's shopper has, as the API says. */
export async function countOrders(page: Page, saleId: string): Promise<number> {
  const orders = await page.evaluate<unknown[]>(`(async () => {
    const { user, accessToken } = JSON.parse(localStorage.getItem('stampede.session'));
    const answer = await fetch('/api/purchase/user/' + user.id, { headers: { authorization: 'Bearer ' + accessToken } });
    return (await answer.json()).orders.filter((order) => order.saleId === ${JSON.stringify(saleId)});
  })()`);
  return orders.length;
}
