import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTcpProxy, type TcpProxy } from '../stress/chaos/tcp-proxy.ts';
import { checkInvariants } from './features/purchase/purchase.invariants.ts';
import { attemptIdOf } from './features/purchase/attempt-id.ts';
import type { AdmittedAttempt } from './features/purchase/purchase.model.ts';
import type { SaleDetails } from './features/sale/sale.model.ts';
import { saleKeys } from './infrastructure/redis/keys.ts';
import { startProcess, type TestProcess } from './testing/start-process.ts';
import { tokenOf } from './testing/test-api.ts';
import { anAttempt, startTestPipeline, type TestPipeline } from './testing/test-pipeline.ts';
import { givenSale, givenShoppers } from './testing/test-sale.ts';
import { until } from './testing/until.ts';

/** By then another worker has taken a killed one's jobs over (lockDuration + stalledInterval in settle-queue.ts), ms. */
const RERUN_WITHIN_MS = 5_000;

let pipeline: TestPipeline;
let sale: SaleDetails;
let shoppers: string[];
let killed: TestProcess | undefined;
let proxy: TcpProxy | undefined;

beforeEach(async () => {
  pipeline = await startTestPipeline();
  sale = await givenSale(pipeline, { stock: 8 });
  shoppers = await givenShoppers(pipeline.db, 8);
});
afterEach(async () => {
  await killed?.kill();
  await proxy?.close();
  [killed, proxy] = [undefined, undefined];
  await pipeline.close();
});

const isDecided = async (count: number): Promise<boolean> => {
  const rows = await pipeline.db('purchase_attempts').where({ sale_id: sale.saleId });
  return rows.length === count;
};

/** The connections that Redis has now, by id. */
async function connections(): Promise<string[]> {
  const clients = (await pipeline.redis.call('CLIENT', 'LIST')) as string;
  return [...clients.matchAll(/^id=(\d+)/gm)].map((match) => match[1]!);
}

/** A worker that has taken a job and is stopped inside its transaction, by a lock on the stock's row. */
async function givenWorkerInsideItsTransaction() {
  const others = await connections();
  killed = await startProcess('worker', pipeline);
  const row = await pipeline.db.transaction();
  await row.raw('select 1 from stocks where id = ? for update', [sale.stockId]);
  const attempts = await pipeline.accept(
    sale,
    shoppers.map((shopper) => anAttempt(sale.saleId, shopper)),
  );
  await until(
    async () => {
      const { rows } = await pipeline.db.raw<{ rows: unknown[] }>(
        `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
            and application_name = 'stampede-worker' and query like '%insert into purchase_attempts%'`,
      );
      return rows.length === 1;
    },
    { what: 'the worker waits inside its transaction' },
  );
  const itsConnections = (await connections()).filter((id) => !others.includes(id));
  await pipeline.startWorker(); // the other one, which has nothing to do yet
  return { worker: killed, itsConnections, attempts, release: () => row.rollback() };
}

/** Everybody has bought, each attempt with one outcome that everybody is told, and every promise kept. */
async function expectOneOutcomeEach(attempts: readonly AdmittedAttempt[]): Promise<void> {
  await until(async () => (await pipeline.inflight(sale.saleId)).length === 0, { what: 'the sale drains' });
  const { saleId } = sale;
  const rows = await pipeline
    .db('purchase_attempts')
    .where({ sale_id: saleId })
    .select<{ id: string }[]>('id');
  expect(rows.map(({ id }) => id).sort()).toEqual(attempts.map(({ attemptId }) => attemptId).sort());
  expect(await pipeline.db('orders').where({ sale_id: saleId })).toHaveLength(attempts.length);
  expect(await pipeline.redis.hlen(saleKeys(saleId).known)).toBe(attempts.length);
  const { redis, db, runId } = pipeline;
  const broken = (await checkInvariants({ db, redis, runId }, { saleId })).filter(({ ok }) => !ok);
  expect(broken).toEqual([]);
}

describe('a worker that is killed', () => {
  it('inside its transaction has written nothing, and another one settles its job within 5 s', async () => {
    const { worker, attempts, release } = await givenWorkerInsideItsTransaction();
    await worker.kill();
    const killedAt = Date.now();
    await release();
    expect(await isDecided(0)).toBe(true);
    await until(() => isDecided(attempts.length), { timeoutMs: RERUN_WITHIN_MS, what: 'the job runs again' });
    expect(Date.now() - killedAt).toBeLessThan(RERUN_WITHIN_MS);
    await expectOneOutcomeEach(attempts);
  });

  it('after its commit and before its announcement loses nobody the outcome', async () => {
    const { worker, itsConnections, attempts, release } = await givenWorkerInsideItsTransaction();
    await pipeline.redis.call('CLIENT', 'PAUSE', '60000', 'WRITE');
    await release();
    await until(() => isDecided(attempts.length), { what: 'the worker commits' });
    await worker.kill();
    const killedAt = Date.now();
    // What it had sent and Redis not yet done must die with it.
    const isGone = async () => {
      const left = await connections();
      return !itsConnections.some((id) => left.includes(id));
    };
    await until(isGone, { what: 'its connections are gone' });
    await pipeline.redis.call('CLIENT', 'UNPAUSE');
    expect(await pipeline.redis.exists(saleKeys(sale.saleId).known)).toBe(0);

    const isAnnounced = async () =>
      (await pipeline.redis.hlen(saleKeys(sale.saleId).known)) === attempts.length;
    await until(isAnnounced, { timeoutMs: RERUN_WITHIN_MS, what: 'the outcomes are announced' });
    expect(Date.now() - killedAt).toBeLessThan(RERUN_WITHIN_MS);
    await expectOneOutcomeEach(attempts);
  });
});

describe('an API process that is killed', () => {
  it('after it admitted an attempt and before it enqueued it has lost nothing', async () => {
    proxy = await startTcpProxy({ targetPort: pipeline.redisServer.port });
    killed = await startProcess('server', { ...pipeline, redisUrl: `redis://127.0.0.1:${proxy.port}` });
    const port = killed.logged().find(({ message }) => message === 'listening')!.port as number;
    proxy.set({ kind: 'hold', way: 'to-server' }, { only: 'stampede-queue-client' });
    const shopper = shoppers[0]!;
    const lost = fetch(`http://127.0.0.1:${port}/api/purchase/attempt`, {
      method: 'POST',
      headers: {
        Authorization: tokenOf(shopper),
        'Content-Type': 'application/json',
        'Idempotency-Key': 'k',
      },
      body: JSON.stringify({ saleId: sale.saleId }),
    }).then(
      ({ status }) => status,
      () => 'no answer',
    );
    const attemptId = attemptIdOf(sale.saleId, shopper, 'k');
    await until(async () => (await pipeline.inflight(sale.saleId)).includes(attemptId), { what: 'admitted' });
    await until(proxy.isHolding, { what: 'it enqueues' });
    await killed.kill();
    expect(await lost).toBe('no answer');
    expect(await pipeline.queue.counts()).toMatchObject({ waiting: 0, active: 0, delayed: 0 });

    await pipeline.startWorker();
    await until(() => isDecided(1), { what: 'reconcile enqueues it and it is settled' });
    const row = await pipeline.db('purchase_attempts').where({ id: attemptId }).first<{ outcome: string }>();
    expect(row.outcome).toBe('confirmed');
  });
});
