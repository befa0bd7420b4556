import { Agent as PlainAgent, request as requestPlainly } from 'node:http';
import { Agent, request as requestSecurely } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from '@jest/globals';
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
}

export interface DropAnswer {
  /** 0 when the connection broke. */
  status: number;
  attemptId?: string | undefined;
  code?: string | undefined;
}

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

function openConnections({ url, sale, certificate }: Drop, connections: number) {
  const options = { keepAlive: true, maxSockets: connections };
  const isSecure = url.startsWith('https:');
  const agent = isSecure ? new Agent({ ...options, ca: certificate }) : new PlainAgent(options);
  const body = JSON.stringify({ saleId: sale.saleId });
  const send = (shopper: string): Promise<DropAnswer> =>
    new Promise((resolve) => {
      const headers = {
        authorization: tokenOf(shopper),
        'content-type': 'application/json',
        'idempotency-key': 'wish',
        'content-length': body.length,
      };
      const request = isSecure ? requestSecurely : requestPlainly;
      const asking = request(`${url}/api/purchase/attempt`, { method: 'POST', agent, headers });
      const broken = (error: Error): void => resolve({ status: 0, code: error.message });
      asking.on('error', broken);
      asking.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', broken);
        response.on('end', () => {
          const { attemptId, code } = JSON.parse(text) as Omit<DropAnswer, 'status'>;
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
