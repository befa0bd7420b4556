import { Agent, request } from 'node:http';
import type { JournalEntry } from '../../src/features/purchase/journal.ts';
import { now, readAnswer, retryAfterOf, type Wish } from './wish.ts';

/** A request is given up after this time, ms. */
const PATIENCE_MS = 10_000;

export interface Answer {
  /** 0 when there was none, or it was cut. */
  httpStatus: number;
  text: string;
  /** The `Retry-After`, s; null when there is none. */
  retryAfterSec: number | null;
}

/** A client that can do what a page does, and walk away in the middle of it. */
export interface ShopClient {
  /** @param patienceMs  the connection is cut when there is no answer by then */
  buy(wish: Wish, options?: { sentAt?: number; patienceMs?: number }): Promise<JournalEntry>;
  read(path: string, accessToken?: string): Promise<Answer>;
  close(): void;
}

/** @param connections  kept alive; what is sent while all are busy waits for one */
export function createShopClient({ url, connections }: { url: string; connections: number }): ShopClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });

  const send = (
    path: string,
    accessToken: string | undefined,
    { patienceMs = PATIENCE_MS, wish }: { patienceMs?: number; wish?: Wish } = {},
  ): Promise<Answer> =>
    new Promise((resolve) => {
      const noAnswer = (): void => resolve({ httpStatus: 0, text: '', retryAfterSec: null });
      const headers = {
        ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
        ...(wish ? { 'content-type': 'application/json', 'idempotency-key': wish.idempotencyKey } : {}),
      };
      const signal = AbortSignal.timeout(patienceMs);
      const sending = request(`${url}${path}`, { agent, method: wish ? 'POST' : 'GET', headers, signal });
      sending.on('error', noAnswer);
      sending.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', noAnswer);
        response.on('end', () => {
          const { statusCode: httpStatus = 0, headers: said } = response;
          resolve({ httpStatus, text, retryAfterSec: retryAfterOf(said) });
        });
      });
      sending.end(wish && JSON.stringify({ saleId: wish.saleId, quantity: wish.quantity }));
    });

  return {
    async buy(wish, { sentAt = now(), ...options } = {}) {
      const { httpStatus, text, retryAfterSec } = await send(
        '/api/purchase/attempt',
        wish.shopper.accessToken,
        {
          ...options,
          wish,
        },
      );
      return readAnswer(wish, sentAt, httpStatus, text, retryAfterSec);
    },
    read: (path, accessToken) => send(path, accessToken),
    close: () => agent.destroy(),
  };
}
