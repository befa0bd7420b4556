import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { epochKeys, saleKeys } from '../../infrastructure/redis/keys.ts';
import { meanwhile } from '../../testing/meanwhile.ts';
import { askTestGate, refusedAs, wish } from '../../testing/test-gate.ts';
import { anAttempt, startTestPipeline, type TestPipeline } from '../../testing/test-pipeline.ts';
import { givenSale, givenShoppers } from '../../testing/test-sale.ts';
import { until } from '../../testing/until.ts';
import { EPOCH_SPAN } from '../../utils/sequence.ts';
import { createChangeGate } from '../sale/change-gate.ts';
import type { SaleDetails } from '../sale/sale.model.ts';
import { checkInvariants } from './purchase.invariants.ts';
import type { AdmittedAttempt } from './purchase.model.ts';
import { createEnsureGate } from './rebuild.ts';
import type { Enqueue } from './enqueue.ts';
import { createReconcile, type ReconcileDeps } from './reconcile.ts';
import { takeLease } from './reconcile.repository.ts';
import { createSettle } from './settle.ts';
import { shortId } from '../../utils/short-id.ts';

describe('reconcile', () => {
  let pipeline: TestPipeline;
  let sale: SaleDetails;
  beforeAll(async () => {
    pipeline = await startTestPipeline();
  });
  afterAll(() => pipeline.close());
  beforeEach(async () => {
    await pipeline.db.raw(
      `update flash_sales set starts_at = now() - interval '3 days', ends_at = now() - interval '2 days'`,
    );
    sale = await givenSale(pipeline, { stock: 10 });
  });

  const { ask } = askTestGate(() => pipeline);
  /** Two seconds and more after whatever is in flight was admitted. */
  const later = { now: () => Date.now() + 3_000 };
  const reconcile = (deps: Partial<ReconcileDeps> = {}) =>
    createReconcile({
      ...pipeline,
      clock: later,
      ensureGate: createEnsureGate({ ...pipeline, adoptionMs: 0, logger: silentLogger }),
      changeGate: createChangeGate(pipeline),
      logger: silentLogger,
      ...deps,
    });
  const admit = async (count: number): Promise<AdmittedAttempt[]> => {
    const shoppers = await givenShoppers(pipeline.db, count);
    const wishes = shoppers.map((shopper) => anAttempt(sale.saleId, shopper));
    return pipeline.accept(sale, wishes, { enqueue: false });
  };
  const settle = (attempts: readonly AdmittedAttempt[]) =>
    createSettle({ ...pipeline, clock: Date, logger: silentLogger })(sale.saleId, sale.stockId, attempts);
  const drained = async (): Promise<void> => {
    const worker = await pipeline.startWorker();
    await until(async () => (await pipeline.inflight(sale.saleId)).length === 0, { what: 'the sale drains' });
    await worker.stop();
    const verdicts = await checkInvariants(pipeline, { saleId: sale.saleId, deep: true });
    expect(verdicts.filter(({ ok }) => !ok)).toEqual([]);
  };
  const waiting = async (): Promise<number> => (await pipeline.queue.counts()).waiting;
  const gate = () => pipeline.redis.hgetall(saleKeys(sale.saleId).gate);
  const sold = async (): Promise<number> =>
    (await pipeline.db('stocks').where({ id: sale.stockId }).first<{ sold: number }>('sold')).sold;

  it('enqueues what was admitted by a process that died before it could, once', async () => {
    await admit(2);
    await admit(1);
    await reconcile({ clock: Date }).runOnce();
    expect(await waiting()).toBe(0); // whoever admitted them may be about to
    await reconcile().runOnce();
    expect(await waiting()).toBe(2);
    await reconcile().runOnce();
    expect(await waiting()).toBe(2);
    await drained();
    expect(await sold()).toBe(3);
  });

  it('sends a batch that has its job already no second time', async () => {
    const [lost] = await admit(1);
    await pipeline.accept(sale, [anAttempt(sale.saleId, (await givenShoppers(pipeline.db, 1))[0]!)]);
    const sent: string[] = [];
    const enqueue: Enqueue = ({ attempts }) => {
      sent.push(...attempts.map(({ attemptId }) => attemptId));
      return Promise.resolve();
    };
    await reconcile({ enqueue }).runOnce();
    expect(sent).toEqual([lost!.attemptId]);
    await reconcile().runOnce();
    await drained();
  });

  it('has a commit announced whose announcement was lost', async () => {
    const admitted = await admit(3);
    await pipeline.db('stocks').where({ id: sale.stockId }).update({ total: 2 });
    await pipeline.db('stock_movements').insert({ stock_id: sale.stockId, delta: -8, cause: 'operator' });
    expect(await settle(admitted)).toMatchObject([
      { outcome: 'confirmed' },
      { outcome: 'confirmed' },
      { outcome: 'rejected' },
    ]);
    await reconcile().runOnce();
    expect(await waiting()).toBe(1);
    await drained();
    const known = await pipeline.redis.hmget(
      saleKeys(sale.saleId).known,
      ...admitted.map(({ attemptId }) => shortId(attemptId)),
    );
    expect(known.map((record) => record?.[0])).toEqual(['C', 'C', 'R']);
    expect(await pipeline.tokens(sale.saleId)).toBe(0);
  });

  describe('rebuilds a gate', () => {
    it.each<[string, (keys: ReturnType<typeof saleKeys>) => Promise<unknown>]>([
      ['that is gone', ({ gate: key }) => pipeline.redis.del(key)],
      ['of which a part is gone', () => pipeline.redis.del(epochKeys(sale.saleId, 1).tokens)],
      ['of another Redis server', ({ gate: key }) => pipeline.redis.hset(key, 'runId', 'another')],
      [
        'that a dead rebuild left closed',
        ({ gate: key }) => pipeline.redis.hset(key, 'runId', '', 'closedFor', 2),
      ],
      [
        'of an older epoch',
        () => pipeline.db('stocks').where({ id: sale.stockId }).update({ gate_epoch: 2 }),
      ],
      ['of a newer epoch', () => pipeline.db('stocks').where({ id: sale.stockId }).update({ gate_epoch: 0 })],
      ['behind what PostgreSQL has settled', ({ gate: key }) => pipeline.redis.hset(key, 'n', 1)],
    ])('%s', async (_what, spoil) => {
      const [first, second] = (await admit(2)) as [AdmittedAttempt, AdmittedAttempt];
      await settle([second]);
      await spoil(saleKeys(sale.saleId));
      await reconcile().runOnce();
      const { epoch, runId, n } = await gate();
      expect({ runId, n }).toEqual({ runId: pipeline.runId.of(sale.saleId), n: '0' });
      expect(Number(epoch)).toBeGreaterThan(1);
      expect(await pipeline.inflight(sale.saleId)).toEqual([first.attemptId]);
      expect(await pipeline.tokens(sale.saleId)).toBe(8);
      const [answer] = await ask(sale, [wish(sale)], { epoch: Number(epoch) });
      expect(answer).toMatchObject({ kind: 'admitted', sequence: Number(epoch) * EPOCH_SPAN + 1 });
    });

    it('but leaves one alone that agrees, is busy, or was rebuilt while it looked', async () => {
      await settle(await admit(1));
      await reconcile().runOnce();
      expect(await gate()).toMatchObject({ epoch: '1' });
      const trade = async () => settle(await admit(1));
      await reconcile({ redis: meanwhile(pipeline.redis, 'hmget', trade) }).runOnce();
      expect(await gate()).toMatchObject({ epoch: '1' });
      const rebuild = async (): Promise<void> => {
        await pipeline.redis.del(saleKeys(sale.saleId).gate);
        await createEnsureGate({ ...pipeline, adoptionMs: 0, logger: silentLogger })(
          sale.saleId,
          sale.stockId,
        );
      };
      await reconcile({ redis: meanwhile(pipeline.redis, 'hmget', rebuild) }).runOnce();
      expect(await gate()).toMatchObject({ epoch: '2' });
    });
  });

  it('puts a pause, a window and a limit in force that the gate does not know of', async () => {
    const set = (settings: object) => pipeline.db('flash_sales').where({ id: sale.saleId }).update(settings);
    await set({ state: 'paused' });
    await reconcile().runOnce();
    expect(await ask(sale, [wish(sale)])).toEqual([refusedAs('sale_paused')]);
    await set({ state: 'active', per_shopper_limit: 2 });
    await reconcile().runOnce();
    expect(await ask(sale, [wish(sale, 2), wish(sale, 3)])).toMatchObject([
      { kind: 'admitted' },
      refusedAs('limit_reached'),
    ]);
    await set({ starts_at: new Date(Date.now() + 60_000) });
    await reconcile().runOnce();
    expect(await ask(sale, [wish(sale)])).toEqual([refusedAs('sale_not_started')]);
  });

  it('does not undo a pause that comes while it looks at the gate', async () => {
    const pause = async (): Promise<void> => {
      await pipeline.db('flash_sales').where({ id: sale.saleId }).update({ state: 'paused' });
      await createChangeGate(pipeline)({ ...sale, state: 'paused' });
    };
    await reconcile({ redis: meanwhile(pipeline.redis, 'hmget', pause) }).runOnce();
    expect(await ask(sale, [wish(sale)])).toEqual([refusedAs('sale_paused')]);
  });

  it('repairs drift', async () => {
    await pipeline.redis.incrby(epochKeys(sale.saleId, 1).tokens, 3);
    await reconcile().runOnce();
    expect(await pipeline.tokens(sale.saleId)).toBe(10);
  });

  it('repairs it with many in flight before a rebuilt gate admits, and afterwards every fifth round', async () => {
    sale = await givenSale(pipeline, { stock: 3_000 });
    for (let batch = 0; batch < 5; batch += 1) await admit(420);
    await pipeline.redis.del(saleKeys(sale.saleId).gate);
    const ensureGate = createEnsureGate({ ...pipeline, adoptionMs: 60_000, logger: silentLogger });
    await ensureGate(sale.saleId, sale.stockId);
    const { runOnce } = reconcile({ enqueue: () => Promise.resolve() });
    const addFive = () => pipeline.redis.incrby(epochKeys(sale.saleId, 2).tokens, 5);
    const tokensAfterARound = async (): Promise<number> => {
      await runOnce();
      return pipeline.tokens(sale.saleId);
    };
    await addFive();
    expect(await tokensAfterARound()).toBe(900);
    await pipeline.redis.hset(saleKeys(sale.saleId).gate, 'admitsFrom', Date.now());
    await addFive();
    const rounds = [];
    for (let round = 2; round <= 5; round += 1) rounds.push(await tokensAfterARound());
    expect(rounds).toEqual([905, 905, 905, 900]);
  });

  it('does not let one sale that cannot be repaired keep the others waiting', async () => {
    const other = await givenSale(pipeline, { stock: 5, opensInSec: -30 });
    for (const { saleId } of [sale, other]) await pipeline.redis.del(saleKeys(saleId).gate);
    const ensureGate = createEnsureGate({ ...pipeline, adoptionMs: 0, logger: silentLogger });
    const failing = async (saleId: string, stockId: string): Promise<boolean> => {
      if (saleId === sale.saleId) throw new Error('cannot');
      return ensureGate(saleId, stockId);
    };
    await reconcile({ ensureGate: failing }).runOnce();
    expect(await pipeline.epochOf(sale.saleId)).toBe(0);
    expect(await pipeline.epochOf(other.saleId)).toBe(2);
  });

  describe('has one leader', () => {
    it('whose lease nobody else gets before it expires', async () => {
      const [name, one, two] = [randomUUID(), randomUUID(), randomUUID()];
      expect(await takeLease(pipeline.db, name, one, 60_000)).toBe(true);
      expect(await takeLease(pipeline.db, name, two, 60_000)).toBe(false);
      expect(await takeLease(pipeline.db, name, one, 100)).toBe(true);
      const takenAt = Date.now();
      await until(() => takeLease(pipeline.db, name, two, 60_000), {
        what: 'the lease expires',
        everyMs: 10,
      });
      expect(Date.now() - takenAt).toBeGreaterThanOrEqual(70);
      expect(await takeLease(pipeline.db, name, one, 60_000)).toBe(false);
    });

    it('and another one as soon as it has ended', async () => {
      const rounds = { one: 0, two: 0 };
      const start = (who: keyof typeof rounds) => {
        const ensureGate = async (): Promise<boolean> => Promise.resolve((rounds[who] += 1) > 0);
        const process = createReconcile(
          {
            ...pipeline,
            clock: later,
            changeGate: createChangeGate(pipeline),
            logger: silentLogger,
            ensureGate,
          },
          { everyMs: 20 },
        );
        process.start();
        return process;
      };
      await pipeline.redis.del(saleKeys(sale.saleId).gate); // so that each round asks for it
      const one = start('one');
      await until(() => rounds.one > 0);
      const two = start('two');
      await until(() => rounds.one > 10);
      expect(rounds.two).toBe(0);
      await one.close();
      await until(() => rounds.two > 0, { timeoutMs: 2_000 }); // well before the lease would expire
      await two.close();
    });
  });
});
