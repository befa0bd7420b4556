import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { LOCK_NAMESPACES, stockLockKey } from '../../infrastructure/postgres/advisory-lock.ts';
import { createDatabase, type Database } from '../../infrastructure/postgres/database.ts';
import { epochKeys, saleKeys } from '../../infrastructure/redis/keys.ts';
import { meanwhile } from '../../testing/meanwhile.ts';
import { askTestGate, wish } from '../../testing/test-gate.ts';
import { anAttempt, startTestPipeline, type TestPipeline } from '../../testing/test-pipeline.ts';
import { givenSale, givenShoppers } from '../../testing/test-sale.ts';
import { until } from '../../testing/until.ts';
import { epochOf } from '../../utils/sequence.ts';
import { createChangeGate } from '../sale/change-gate.ts';
import type { SaleDetails } from '../sale/sale.model.ts';
import { createAnnounce } from './announce.ts';
import { checkInvariants } from './purchase.invariants.ts';
import { createEnsureGate, type RebuildDeps } from './rebuild.ts';
import { createReconcile } from './reconcile.ts';
import { createSettle } from './settle.ts';

describe('processes that rebuild the same gate', () => {
  let pipeline: TestPipeline;
  /** The pool of a second process, whose connections the tests may break. */
  let otherDb: Database;
  let sale: SaleDetails;
  beforeAll(async () => {
    pipeline = await startTestPipeline();
    otherDb = createDatabase({
      url: pipeline.databaseUrl,
      poolSize: 5,
      applicationName: 'stampede-test-other',
    });
  });
  afterAll(async () => {
    await otherDb.destroy();
    await pipeline.close();
  });
  beforeEach(async () => {
    sale = await givenSale(pipeline, { stock: 10 });
  });

  const { ask, call, tokens } = askTestGate(() => pipeline);
  const ensure = (deps: Partial<RebuildDeps> = {}, { saleId, stockId } = sale): Promise<boolean> =>
    createEnsureGate({ ...pipeline, adoptionMs: 0, logger: silentLogger, ...deps })(saleId, stockId);
  const gate = () => pipeline.redis.hgetall(saleKeys(sale.saleId).gate);
  const loseGate = ({ saleId } = sale) => pipeline.redis.del(saleKeys(saleId).gate);
  const numberOfKeys =
    (keys: number) =>
    (args: readonly unknown[]): boolean =>
      args[1] === keys;
  const [isClosing, isOpening] = [numberOfKeys(1), numberOfKeys(3)];
  /** The connection that holds the right to rebuild breaks, its process does not notice and goes on. */
  const breakRebuilder = async (): Promise<void> => {
    const where = 'locktype = ? and classid = ? and objid = ?::bigint';
    const key = ['advisory', LOCK_NAMESPACES.rebuild, stockLockKey(sale.stockId) >>> 0];
    await pipeline.db.raw(`select pg_terminate_backend(pid) from pg_locks where ${where}`, key);
    await until(async () => {
      const { rows } = await pipeline.db.raw<{ rows: unknown[] }>(
        `select 1 from pg_locks where ${where}`,
        key,
      );
      return rows.length === 0;
    });
  };

  it('never promise more than exists beside traffic, lose nothing, and count on over the epochs', async () => {
    const drop = await givenSale(pipeline, { stock: 200 });
    const shoppers = await givenShoppers(pipeline.db, 400);
    const sequences: number[] = [];
    const accepted = new Set<string>();
    let answered = 0;
    let isOver = false;
    let rebuilds = 0;
    const shop = async (mine: string[]): Promise<void> => {
      for (let epoch = 1; mine.length > 0;) {
        // However slow the rebuilder: half of the crowd comes after it.
        if (mine.length === 100) await until(() => rebuilds > 0, { what: 'the gate is rebuilt' });
        const attempts = mine.splice(0, 2).map((shopper) => anAttempt(drop.saleId, shopper));
        const reply = await until(async () => {
          const one = await call(drop, attempts, { epoch });
          if (one.kind === 'closed') epoch = one.epoch;
          return one.kind === 'answered' && one;
        });
        answered += 1;
        reply.answers.forEach((answer, index) => {
          if (answer.kind !== 'admitted') return;
          sequences.push(answer.sequence);
          accepted.add(attempts[index]!.attemptId);
        });
      }
    };
    const rebuildAgainAndAgain = async (): Promise<void> => {
      const processes = [pipeline.db, otherDb].map((db) =>
        createEnsureGate({ ...pipeline, db, adoptionMs: 0, logger: silentLogger }),
      );
      while (!isOver) {
        const before = answered;
        await loseGate(drop);
        await until(async () => {
          const open = await Promise.all(processes.map((run) => run(drop.saleId, drop.stockId)));
          return open.some(Boolean);
        });
        rebuilds += 1;
        await until(() => isOver || answered >= before + 20);
      }
    };
    const shopping = Promise.all([shop(shoppers.slice(0, 200)), shop(shoppers.slice(200))]);
    await Promise.all([rebuildAgainAndAgain(), shopping.finally(() => (isOver = true))]);

    expect(accepted.size).toBe(200);
    expect(new Set(sequences).size).toBe(200);
    expect(new Set(sequences.map(epochOf)).size).toBeGreaterThan(1);
    expect(new Set(await pipeline.inflight(drop.saleId))).toEqual(accepted);
    expect(await pipeline.tokens(drop.saleId)).toBe(0);
    const verdicts = await checkInvariants(pipeline, { saleId: drop.saleId, deep: true });
    expect(verdicts.filter(({ ok, id }) => !ok && id !== 'I11')).toEqual([]); // nobody settles them here
  });

  it('do not open a gate over a newer one that was opened while they slept', async () => {
    await ask(sale, [wish(sale)]);
    await loseGate();
    const overtake = async (): Promise<void> => {
      await breakRebuilder();
      expect(await ensure()).toBe(true);
      await ask(sale, [wish(sale)], { epoch: 3 });
    };
    const redis = meanwhile(pipeline.redis, 'evalsha', overtake, { which: isOpening });
    await expect(ensure({ db: otherDb, redis })).rejects.toThrow();
    expect(await gate()).toMatchObject({ epoch: '3', n: '1' });
    expect(await tokens(sale, 3)).toBe(8);
    expect(await pipeline.redis.keys(`{${sale.saleId}}:e2:*`)).toEqual([]);
  });

  it('do not close a newer gate that was opened while they slept', async () => {
    await loseGate();
    const overtake = async (): Promise<void> => {
      await breakRebuilder();
      expect(await ensure()).toBe(true);
    };
    const redis = meanwhile(pipeline.redis, 'evalsha', overtake, { which: isClosing });
    await expect(ensure({ db: otherDb, redis })).rejects.toThrow();
    expect(await gate()).toMatchObject({ epoch: '3', runId: pipeline.runId.of(sale.saleId) });
    expect(await ask(sale, [wish(sale)], { epoch: 3 })).toMatchObject([{ kind: 'admitted' }]);
  });

  it.each([
    ['closes', isClosing],
    ['opens', isOpening],
  ])('do not disturb a newer rebuild under way when an older one wakes up and %s', async (_what, which) => {
    await loseGate();
    let wake = (): void => undefined;
    const asleep = new Promise<void>((resolve) => (wake = resolve));
    let older: Promise<unknown> = Promise.resolve();
    let newer: Promise<boolean> | undefined;
    const whenOlderEnded = async (): Promise<void> => {
      wake();
      await older;
      expect(await call(sale, [wish(sale)], { epoch: 2 })).toMatchObject({ kind: 'closed' });
    };
    const overtake = async (): Promise<void> => {
      await breakRebuilder();
      newer = ensure({ redis: meanwhile(pipeline.redis, 'evalsha', whenOlderEnded, { which: isOpening }) });
      await asleep;
    };
    const redis = meanwhile(pipeline.redis, 'evalsha', overtake, { which });
    older = ensure({ db: otherDb, redis }).catch(() => 'gave up');
    expect(await older).toBe('gave up');
    expect(await newer).toBe(true);
    expect(await gate()).toMatchObject({ epoch: '3' });
    expect(await tokens(sale, 3)).toBe(10);
  });

  it('do not open a gate whose keys were lost since they were written', async () => {
    await loseGate();
    const lose = () => pipeline.redis.del(epochKeys(sale.saleId, 2).tokens);
    expect(await ensure({ redis: meanwhile(pipeline.redis, 'evalsha', lose, { which: isOpening }) })).toBe(
      false,
    );
    expect(await call(sale, [wish(sale)], { epoch: 2 })).toMatchObject({ kind: 'closed' });
    expect(await ensure()).toBe(true);
    expect(await tokens(sale, 3)).toBe(10);
  });

  it('do not open a gate on another server than the one they wrote to', async () => {
    await loseGate();
    // What the rebuild knows as its server is not what answers when it opens.
    expect(await ensure({ runId: { of: () => 'the server before' } })).toBe(false);
    expect(await pipeline.redis.keys(`{${sale.saleId}}:e2:*`)).toEqual([]);
    expect(await call(sale, [wish(sale)], { epoch: 2 })).toMatchObject({ kind: 'closed' });
    expect(await ensure()).toBe(true);
  });

  it('have what settles while they rebuild after a loss taken off again before anybody is admitted', async () => {
    const shoppers = await givenShoppers(pipeline.db, 3);
    const admitted = await pipeline.accept(
      sale,
      shoppers.map((shopper) => anAttempt(sale.saleId, shopper)),
      { enqueue: false },
    );
    await pipeline.redis.flushdb();
    // A worker has them still; the processes that accepted them have not heard of the new gate.
    const settleAndAnnounce = async (): Promise<void> => {
      const settle = createSettle({ ...pipeline, clock: Date, logger: silentLogger });
      const decided = await settle(sale.saleId, sale.stockId, admitted);
      const saleEndsAtMs = () => Promise.resolve(sale.endsAtMs);
      await createAnnounce({ redis: pipeline.redis, saleEndsAtMs })(sale.saleId, decided);
    };
    const redis = meanwhile(pipeline.redis, 'evalsha', settleAndAnnounce, { which: isOpening });
    expect(await ensure({ redis, adoptionMs: 60_000 })).toBe(true);
    expect(await tokens(sale, 2)).toBe(10);
    const reconcile = createReconcile({
      ...pipeline,
      clock: Date,
      ensureGate: (saleId, stockId) => ensure({}, { ...sale, saleId, stockId }),
      changeGate: createChangeGate(pipeline),
      logger: silentLogger,
    });
    await reconcile.runOnce();
    expect(await gate()).toMatchObject({ epoch: '2' });
    expect(await tokens(sale, 2)).toBe(7);
    expect(await ask(sale, [wish(sale)], { epoch: 2 })).toMatchObject([{ code: 'gate_closed' }]);
  });

  it('find a gate that a dead rebuild left closed, and what is in flight behind it', async () => {
    const attempt = wish(sale);
    await ask(sale, [attempt]);
    await loseGate();
    const die = async (): Promise<never> => Promise.reject(new Error('killed'));
    const redis = meanwhile(pipeline.redis, 'evalsha', die, { which: isOpening });
    await expect(ensure({ redis })).rejects.toThrow('killed');
    expect(await ensure()).toBe(true);
    expect(await pipeline.inflight(sale.saleId)).toEqual([attempt.attemptId]);
    expect(await tokens(sale, 3)).toBe(9);
  });

  it('leave keys that expire when they die while they read on, and time for one that takes long', async () => {
    await ask(sale, [wish(sale)]);
    await loseGate();
    // Its connection breaks at the first read of what is decided, after it wrote the new epoch's keys.
    const dies = meanwhile(otherDb, 'raw', () => Promise.reject(new Error('the connection broke')), {
      which: ([sql]) => String(sql).includes('order by a.id limit'),
    });
    await expect(ensure({ db: dies })).rejects.toThrow('the connection broke');
    expect(await pipeline.redis.pttl(saleKeys(sale.saleId).gate)).toBeGreaterThan(5 * 60_000);
    const left = await pipeline.redis.keys(`{${sale.saleId}}:e2:*`);
    expect(left.length).toBeGreaterThan(0);
    for (const key of left) expect(await pipeline.redis.pttl(key)).toBeGreaterThan(0);
  });
});
