import { Agent as PlainAgent, request as requestPlainly } from 'node:http';
import { Agent, request as requestSecurely } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { AttemptStatusBody } from '../../src/contracts/http.ts';
import type { JournalEntry } from '../../src/features/purchase/journal.ts';
import { checkInvariants } from '../../src/features/purchase/purchase.invariants.ts';
import type { SaleDetails } from '../../src/features/sale/sale.model.ts';
import { tokenOf } from '../../src/testing/test-api.ts';
import type { TestServices } from '../../src/testing/test-services.ts';
import { until } from '../../src/testing/until.ts';

/** Less than a page waits: the rest of a drop shall not be over before a store is back. */
const ASKED_AGAIN_AFTER_MS = 50;

export interface Drop {
  url: string;
  sale: SaleDetails;
  shoppers: readonly string[];
  /** Of the proxy; none for plain HTTP. */
  certificate?: string;
  connections?: number;
  /** Whether everybody asks again with the same key until the answer is final, as a page does: for when a store fails. */
  isPatient?: boolean;
  /** Asked when everybody has asked: whether all ask again, with the same keys. */
  goOn?: () => boolean;
  /** Told after each answer how many there are. */
  answered?: (count: number) => void;
  /** Told what clients did and saw, for the checker of histories. */
  journal?: (entry: JournalEntry) => void;
}

export interface DropAnswer {
  /** 0 when the connection broke. */
  status: number;
  attemptId?: string | undefined;
  code?: string | undefined;
}

/** Of an attempt, or of a problem. */
type AnswerBody = AttemptStatusBody & { code: string };

/** Every shopper asks for one unit, with a key, over connections that stay open; nobody asks again because of what a proxy answers. */
export async function playDrop(drop: Drop): Promise<DropAnswer[]> {
  const { shoppers, connections = 32, isPatient = false, goOn = () => false, answered } = drop;
  const { send, close } = openConnections(drop, connections);
  const answers: DropAnswer[] = [];
  let asked = 0;
  const line = async (): Promise<void> => {
    while (asked < shoppers.length || goOn()) {
      const shopper = shoppers[asked++ % shoppers.length] ?? '';
      let answer = await send(shopper);
      // The API says itself that its gate was too slow to know: a busy machine, which the same key asks again.
      while (isUndecided(answer) && (isPatient || answer.attemptId !== undefined)) {
        await pause(ASKED_AGAIN_AFTER_MS);
        answer = await send(shopper);
      }
      answers.push(answer);
      answered?.(answers.length);
    }
  };
  await Promise.all(Array.from({ length: connections }, line));
  close();
  return answers;
}

const isUndecided = ({ status }: DropAnswer): boolean => status === 503 || status === 0;

const KEY = 'wish';

function openConnections({ url, sale, certificate, journal }: Drop, connections: number) {
  const options = { keepAlive: true, maxSockets: connections };
  const isSecure = url.startsWith('https:');
  const agent = isSecure ? new Agent({ ...options, ca: certificate }) : new PlainAgent(options);
  const body = JSON.stringify({ saleId: sale.saleId });
  let requests = 0;
  const send = (shopper: string): Promise<DropAnswer> =>
    new Promise((resolve) => {
      const request = (requests += 1);
      const wish = { request, userId: shopper, saleId: sale.saleId, idempotencyKey: KEY, quantity: 1 };
      const sentAt = Date.now();
      journal?.({ ...wish, kind: 'sent', t: sentAt });
      const saw = (seen: Partial<JournalEntry>): void =>
        journal?.({ ...wish, sentAt, t: Math.max(sentAt, Date.now()), ...seen });
      const headers = {
        authorization: tokenOf(shopper),
        'content-type': 'application/json',
        'idempotency-key': KEY,
        'content-length': body.length,
      };
      const ask = isSecure ? requestSecurely : requestPlainly;
      const asking = ask(`${url}/api/purchase/attempt`, { method: 'POST', agent, headers });
      const broken = (error: Error): void => {
        saw({ httpStatus: 0 });
        resolve({ status: 0, code: error.message });
      };
      asking.on('error', broken);
      asking.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', broken);
        response.on('end', () => {
          const { attemptId, code, status, queuedAt } = JSON.parse(text) as Partial<AnswerBody>;
          saw({
            httpStatus: response.statusCode ?? 0,
            ...(code === undefined ? {} : { code }),
            ...(attemptId === undefined ? {} : { attemptId }),
            ...(code === undefined && status ? { status } : {}),
            ...(queuedAt === undefined ? {} : { queuedAt: Date.parse(queuedAt) }),
          });
          resolve({ status: response.statusCode ?? 0, attemptId, code });
        });
      });
      asking.end(body);
    });
  return { send, close: () => agent.destroy() };
}

/**
 * The same for a drop in which Redis lost what it had: whoever was accepted has an outcome, every unit is sold once, every
 * promise is kept. A gate that was rebuilt may have accepted a few more than there are units.
 */
export async function expectKeptPromises(
  { db, redis, runId }: Pick<TestServices, 'db' | 'redis' | 'runId'>,
  { sale: { saleId }, stock, answers }: { sale: SaleDetails; stock: number; answers: readonly DropAnswer[] },
): Promise<void> {
  const kinds = new Set(answers.map(({ status, code = 'accepted' }) => `${status} ${code}`));
  expect(kinds).toEqual(new Set(['202 accepted', '409 sold_out']));
  const accepted = [...new Set(answers.flatMap(({ attemptId }) => attemptId ?? []))];
  const areAllDecided = async (): Promise<boolean> => {
    const rows = await db('purchase_attempts').where({ sale_id: saleId }).select<{ id: string }[]>('id');
    const ids = new Set(rows.map(({ id }) => id));
    return accepted.every((id) => ids.has(id));
  };
  await until(areAllDecided, { what: 'everybody accepted is decided', timeoutMs: 60_000 });
  const isKept = async (): Promise<boolean> =>
    (await checkInvariants({ db, redis, runId }, { saleId })).every(({ ok }) => ok);
  await until(isKept, { what: 'every promise is kept', timeoutMs: 60_000 });
  expect(await db('orders').where({ sale_id: saleId, status: 'confirmed' })).toHaveLength(stock);
}

/**
 * Every promise holds by the stores and by what clients saw.
 *
 * @throws with the broken ones after half a minute: at the end of a drop the last outcomes are still announced
 */
export async function expectKeptHistory(
  { db, redis, runId }: Pick<TestServices, 'db' | 'redis' | 'runId'>,
  saleId: string,
  journal: readonly JournalEntry[],
): Promise<void> {
  const broken = async (): Promise<string[]> => {
    const verdicts = await checkInvariants({ db, redis, runId }, { saleId, deep: true, journal });
    return verdicts.flatMap(({ id, ok, detail }) => (ok ? [] : [`${id}: ${detail}`]));
  };
  const areKept = async (): Promise<boolean> => (await broken()).length === 0;
  await until(areKept, { what: 'every promise is kept', timeoutMs: 30_000 }).catch(() => undefined);
  expect(await broken()).toEqual([]);
}

/** Nobody was left without an answer, everybody accepted has an outcome, every unit is sold once, every promise kept. */
export async function expectWholeDrop(
  { db, redis, runId }: Pick<TestServices, 'db' | 'redis' | 'runId'>,
  { sale, stock, answers }: { sale: SaleDetails; stock: number; answers: readonly DropAnswer[] },
): Promise<void> {
  const kinds = new Set(answers.map(({ status, code = 'accepted' }) => `${status} ${code}`));
  expect(kinds).toEqual(new Set(['202 accepted', '409 sold_out']));
  const accepted = [...new Set(answers.flatMap(({ attemptId }) => attemptId ?? []))];
  expect(accepted).toHaveLength(stock);
  const { saleId } = sale;
  const rows = await until(
    async () => {
      const decided = await db('purchase_attempts').where({ sale_id: saleId }).select<{ id: string }[]>('id');
      return decided.length >= stock ? decided : null;
    },
    { what: 'everybody accepted is decided', timeoutMs: 60_000 },
  );
  expect(rows.map(({ id }) => id).sort()).toEqual(accepted.sort());
  expect(await db('orders').where({ sale_id: saleId, status: 'confirmed' })).toHaveLength(stock);
  const isKept = async (): Promise<boolean> =>
    (await checkInvariants({ db, redis, runId }, { saleId })).every(({ ok }) => ok);
  await until(isKept, { what: 'every promise is kept', timeoutMs: 30_000 });
}
