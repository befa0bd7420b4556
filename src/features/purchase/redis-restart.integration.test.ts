import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { LOCK_NAMESPACES, stockLockKey } from '../../infrastructure/postgres/advisory-lock.ts';
import { anAttempt, startTestPipeline, type TestPipeline } from '../../testing/test-pipeline.ts';
import { givenSale, givenShoppers } from '../../testing/test-sale.ts';
import { openTestShop, type TestShop } from '../../testing/test-shop.ts';
import { until } from '../../testing/until.ts';
import { createChangeGate } from '../sale/change-gate.ts';
import type { SaleDetails } from '../sale/sale.model.ts';
import { checkInvariants } from './purchase.invariants.ts';
import type { Attempt } from './purchase.model.ts';
import type { AttemptAnswer } from './purchase.service.ts';
import { createEnsureGate } from './rebuild.ts';
import { createReconcile } from './reconcile.ts';

/** How long a rebuilt gate admits nobody, as in the product. */
const ADOPTION_MS = 1_200;

describe('Redis, while attempts are in flight,', () => {
  let pipeline: TestPipeline;
  let shop: TestShop;
  let sale: SaleDetails;
  let crowd: string[];
  const onEnd: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    pipeline = await startTestPipeline({ appendOnly: true });
    shop = await openTestShop(pipeline, { adoptionMs: ADOPTION_MS });
    sale = await givenSale(pipeline, { stock: 60 });
    crowd = await givenShoppers(pipeline.db, 120);
  });
  afterEach(async () => {
    for (const end of onEnd.splice(0)) await end();
    shop.close();
    await pipeline.close();
  });

  const wishes = (count: number): Attempt[] =>
    crowd.splice(0, count).map((shopper) => anAttempt(sale.saleId, shopper));
  /** @returns the ids of those who were told that their attempt is accepted */
  const buy = async (attempts: readonly Attempt[]): Promise<string[]> => {
    const answers = await Promise.all(attempts.map((attempt) => shop.buy(sale, attempt)));
    return answers.flatMap((answer) => (answer.kind === 'accepted' ? [answer.body.attemptId] : []));
  };
  /** Shoppers who come back until they are told something final. */
  const insist = async (attempts: readonly Attempt[]): Promise<string[]> => {
    const told = await Promise.all(
      attempts.map((attempt) =>
        until(async () => {
          const answer = await shop.buy(sale, attempt);
          const isFinal =
            answer.kind === 'accepted' || (answer.kind === 'refused' && answer.refusal.code === 'sold_out');
          return isFinal && answer;
        }),
      ),
    );
    return told.flatMap((answer) => (answer.kind === 'accepted' ? [answer.body.attemptId] : []));
  };
  /** One shopper at one process who comes back while the gate is closed; `onClosed` at the first such answer of a new gate. */
  const insistUntilFinal = (
    at: TestShop,
    of: SaleDetails,
    attempt: Attempt,
    onClosed: () => void = () => undefined,
  ): Promise<AttemptAnswer> =>
    until(
      async () => {
        const answer = await at.buy(of, attempt);
        const isClosed = answer.kind === 'refused' && answer.refusal.code === 'gate_closed';
        if (isClosed && (await pipeline.epochOf(of.saleId)) === 2) onClosed();
        const isUnknown = answer.kind === 'refused' && answer.refusal.code === 'outcome_unknown';
        return isClosed || isUnknown ? null : answer;
      },
      { what: 'the gate answers', timeoutMs: 20_000 },
    );
  /** Nothing of the stock is settled while `work` runs. */
  const whileLocked = (work: () => Promise<void>): Promise<void> =>
    pipeline.db.transaction(async (tx) => {
      const key = [LOCK_NAMESPACES.stock, stockLockKey(sale.stockId)];
      await tx.raw('select pg_advisory_xact_lock(?, ?)', key);
      await work();
    });
  const outcomesOf = async (ids: readonly string[]): Promise<Record<string, number>> => {
    const rows = await pipeline
      .db<{ id: string; outcome: string }>('purchase_attempts')
      .whereIn('id', ids as string[]);
    const counts: Record<string, number> = {};
    for (const { outcome } of rows) counts[outcome] = (counts[outcome] ?? 0) + 1;
    return counts;
  };
  const expectAllKept = async (accepted: readonly string[]): Promise<void> => {
    await until(
      async () => {
        const decided = await pipeline
          .db<{ id: string }>('purchase_attempts')
          .whereIn('id', accepted as string[]);
        return decided.length === accepted.length && (await pipeline.inflight(sale.saleId)).length === 0;
      },
      { what: 'every accepted attempt has its outcome', timeoutMs: 15_000 },
    );
    await until(
      async () => {
        const verdicts = await checkInvariants(pipeline, { saleId: sale.saleId, deep: true });
        expect(verdicts.filter(({ ok }) => !ok)).toEqual([]);
        return true;
      },
      { what: 'every promise holds' },
    );
  };

  it.each<[string, () => Promise<unknown>]>([
    ['ends and comes back with its file', () => pipeline.redisServer.restart({ keepStore: true })],
    ['ends and comes back without its file', () => pipeline.redisServer.restart({ keepStore: false })],
    [
      'is killed and comes back',
      async () => {
        await pipeline.redisServer.kill();
        await pipeline.redisServer.restart({ keepStore: true });
      },
    ],
    ['is emptied', () => pipeline.redis.flushall()],
  ])('%s: every accepted attempt gets its outcome', async (_what, happens) => {
    // What settles between a rebuild's look at PostgreSQL and its gate's opening is on sale once more until drift is repaired.
    const ensureGate = createEnsureGate({ ...pipeline, adoptionMs: ADOPTION_MS, logger: silentLogger });
    const reconcile = createReconcile(
      { ...pipeline, ensureGate, changeGate: createChangeGate(pipeline), clock: Date, logger: silentLogger },
      { everyMs: ADOPTION_MS / 5 },
    );
    reconcile.start();
    onEnd.push(() => reconcile.close());
    await pipeline.startWorker();
    const accepted: string[] = [];
    accepted.push(...(await buy(wishes(10))));
    await whileLocked(async () => {
      accepted.push(...(await buy(wishes(10)))); // at the worker, and not settled
      await until(async () => (await pipeline.queue.counts()).active > 0, { what: 'the worker has them' });
      await happens();
    });
    expect(accepted).toHaveLength(20);
    const tooMany = wishes(100);
    accepted.push(...(await insist(tooMany)));
    await expectAllKept(accepted);
    expect(await outcomesOf(accepted)).toEqual({ confirmed: 60 });
    expect(await pipeline.tokens(sale.saleId)).toBe(0);
    await until(() => shop.accepted.size === 0, { what: 'nothing is owed any more' });
  });

  it('loses all before any worker saw them: the process that accepted them still owes them', async () => {
    const accepted = await buy(wishes(30));
    expect(accepted).toHaveLength(30);
    await pipeline.redisServer.restart({ keepStore: false });
    await until(async () => (await buy(wishes(1))).length === 1, {
      what: 'the gate is open again',
      everyMs: 200,
    });
    // Known to the new gate with their old places before anybody else is admitted to their units.
    expect(await pipeline.inflight(sale.saleId)).toEqual(expect.arrayContaining(accepted));
    expect(await pipeline.tokens(sale.saleId)).toBe(60 - (await pipeline.inflight(sale.saleId)).length);
    await pipeline.startWorker();
    await expectAllKept(accepted);
    expect(await outcomesOf(accepted)).toEqual({ confirmed: 30 });
  });

  it('loses all and another process rebuilds the gate: nobody who was accepted is told that it is too late', async () => {
    const last = await givenSale(pipeline, { stock: 1 });
    const [mine, theirs] = crowd.splice(0, 2).map((shopper) => anAttempt(last.saleId, shopper));
    expect(await shop.buy(last, mine!)).toMatchObject({ kind: 'accepted' });
    const another = await openTestShop(pipeline, { adoptionMs: 3_000 });
    const adoptAll = jest.spyOn(shop.accepted, 'adoptAll').mockResolvedValue(); // it hears of the new gate late
    try {
      await pipeline.redisServer.restart({ keepStore: false });
      const stranger = insistUntilFinal(another, last, theirs!);
      expect(await insistUntilFinal(another, last, mine!, () => adoptAll.mockRestore())).toMatchObject({
        kind: 'accepted',
        body: { attemptId: mine!.attemptId },
      });
      expect(await stranger).toMatchObject({ kind: 'refused', refusal: { code: 'sold_out' } });
    } finally {
      adoptAll.mockRestore();
      another.close();
    }
  });

  it('loses all after the process that accepted them died: who answered the replays owes them', async () => {
    const attempts = wishes(10);
    await pipeline.accept(sale, attempts); // a process that dies before it answers
    const accepted = await buy(attempts);
    expect(accepted).toHaveLength(10);
    await pipeline.redisServer.restart({ keepStore: false });
    await until(async () => (await buy(wishes(1))).length === 1, {
      what: 'the gate is open again',
      everyMs: 200,
    });
    await pipeline.startWorker();
    await expectAllKept(accepted);
    expect(await outcomesOf(accepted)).toEqual({ confirmed: 10 });
  });
});
