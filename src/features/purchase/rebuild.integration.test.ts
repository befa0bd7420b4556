import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { LOCK_NAMESPACES, stockLockKey } from '../../infrastructure/postgres/advisory-lock.ts';
import { epochKeys, saleDetailsKey, saleKeys } from '../../infrastructure/redis/keys.ts';
import { meanwhile } from '../../testing/meanwhile.ts';
import { askTestGate } from '../../testing/test-gate.ts';
import { anAttempt, startTestPipeline, type TestPipeline } from '../../testing/test-pipeline.ts';
import { givenSale, givenShoppers } from '../../testing/test-sale.ts';
import { EPOCH_SPAN } from '../../utils/sequence.ts';
import type { SaleDetails } from '../sale/sale.model.ts';
import { createAnnounce } from './announce.ts';
import type { AdmittedAttempt } from './purchase.model.ts';
import { createEnsureGate, type RebuildDeps } from './rebuild.ts';
import { raiseEpoch, readDecided } from './rebuild.repository.ts';
import { createSettle } from './settle.ts';
import { shortId, uuidOf } from '../../utils/short-id.ts';

describe('a rebuild of the gate', () => {
  let pipeline: TestPipeline;
  let sale: SaleDetails;
  /** Promised by the first epoch: 4 of the 10 units, each to a shopper of its own. */
  let admitted: [AdmittedAttempt, AdmittedAttempt, AdmittedAttempt, AdmittedAttempt];
  beforeAll(async () => {
    pipeline = await startTestPipeline();
  });
  afterAll(() => pipeline.close());
  beforeEach(async () => {
    sale = await givenSale(pipeline, { stock: 10 });
    const shoppers = await givenShoppers(pipeline.db, 4);
    const wishes = shoppers.map((shopper) => anAttempt(sale.saleId, shopper));
    admitted = (await pipeline.accept(sale, wishes, { enqueue: false })) as typeof admitted;
  });

  const { ask, tokens } = askTestGate(() => pipeline);
  const settle = (...attempts: AdmittedAttempt[]) =>
    createSettle({ ...pipeline, clock: Date, logger: silentLogger })(sale.saleId, sale.stockId, attempts);
  const announce = (...args: Parameters<ReturnType<typeof createAnnounce>>) =>
    createAnnounce({ redis: pipeline.redis, saleEndsAtMs: async () => sale.endsAtMs })(...args);
  const settleAndAnnounce = async (...attempts: AdmittedAttempt[]) =>
    announce(sale.saleId, await settle(...attempts));
  const ensure = (deps: Partial<RebuildDeps> = {}): Promise<boolean> =>
    createEnsureGate({ ...pipeline, adoptionMs: 0, logger: silentLogger, ...deps })(
      sale.saleId,
      sale.stockId,
    );
  const loseGate = () => pipeline.redis.del(saleKeys(sale.saleId).gate);
  const gate = () => pipeline.redis.hgetall(saleKeys(sale.saleId).gate);
  const inflight = async (epoch: number) =>
    (await pipeline.redis.hkeys(epochKeys(sale.saleId, epoch).inflight)).map(uuidOf).sort();
  const ids = (attempts: readonly AdmittedAttempt[]) => attempts.map(({ attemptId }) => attemptId).sort();
  const storedEpoch = async () =>
    (await pipeline.db('stocks').where({ id: sale.stockId }).first<{ gate_epoch: number }>('gate_epoch'))
      .gate_epoch;

  it('leaves a gate alone that agrees with PostgreSQL', async () => {
    expect(await ensure()).toBe(true);
    expect(await gate()).toMatchObject({ epoch: '1', n: '4' });
  });

  it('is not needed for a gate that admits and settles while it is looked at', async () => {
    const shoppers = await givenShoppers(pipeline.db, 3);
    const trade = async () => {
      const wishes = shoppers.splice(0, 1).map((shopper) => anAttempt(sale.saleId, shopper));
      await settleAndAnnounce(...(await pipeline.accept(sale, wishes, { enqueue: false })));
    };
    expect(await ensure({ db: meanwhile(pipeline.db, 'raw', trade, { everyTime: true }) })).toBe(true);
    expect(await storedEpoch()).toBe(1);
  });

  it('carries over what is in flight, with its sequence, its units and its shoppers’ counts', async () => {
    const [bought, ...waiting] = admitted;
    await settle(bought);
    const before = await pipeline.redis.hgetall(epochKeys(sale.saleId, 1).inflight);
    await loseGate();
    expect(await ensure()).toBe(true);
    const { inflight: carried, line, shoppers } = epochKeys(sale.saleId, 2);
    const { [shortId(bought.attemptId)]: _settled, ...rest } = before;
    expect(await pipeline.redis.hgetall(carried)).toEqual(rest);
    expect(await pipeline.redis.zrange(line, 0, -1)).toEqual(
      waiting.map(({ attemptId }) => shortId(attemptId)),
    );
    expect(await pipeline.redis.hgetall(shoppers)).toEqual(
      Object.fromEntries(admitted.map(({ shopperId }) => [shortId(shopperId), '1'])),
    );
    expect(await tokens(sale, 2)).toBe(6);
    expect(await pipeline.redis.hget(saleKeys(sale.saleId).known, shortId(bought.attemptId))).toMatch(/^C\|/);
    expect(await pipeline.redis.hgetall(saleKeys(sale.saleId).latest)).toEqual(
      Object.fromEntries(
        admitted.map(({ shopperId, attemptId }) => [shortId(shopperId), shortId(attemptId)]),
      ),
    );
    expect(await pipeline.redis.hmget(saleKeys(sale.saleId).counters, 'admitted', 'confirmed')).toEqual([
      '4',
      '1',
    ]);
    expect(await pipeline.redis.keys(`{${sale.saleId}}:e1:*`)).toEqual([]);
  });

  it('keeps each unit in one place while attempts settle between its reads', async () => {
    const [one, two] = admitted;
    await loseGate();
    const before = meanwhile(pipeline.redis, 'hgetall', () => settleAndAnnounce(one));
    expect(await ensure({ redis: meanwhile(before, 'hgetall', () => settle(two), { after: true }) })).toBe(
      true,
    );
    expect(await inflight(2)).toEqual(ids(admitted.slice(2)));
    expect(await tokens(sale, 2)).toBe(6);
  });

  it('lets an outcome that was announced meanwhile stand, and the next announcement heal the rest', async () => {
    await pipeline.db('stocks').where({ id: sale.stockId }).update({ total: 2 });
    const rejected = admitted[3];
    const isOpening = (args: readonly unknown[]) => args[1] === 3;
    await loseGate();
    // Carried over as undecided; then, before the gate opens, all four are settled and told.
    const redis = meanwhile(pipeline.redis, 'evalsha', () => settleAndAnnounce(...admitted), {
      which: isOpening,
    });
    expect(await ensure({ redis })).toBe(true);
    expect(await inflight(2)).toEqual(ids(admitted));
    const [answer] = await ask(sale, [rejected], { epoch: 2 });
    expect(answer).toMatchObject({ kind: 'known', record: expect.stringMatching(/^R\|/) });
    await settleAndAnnounce(...admitted);
    expect(await inflight(2)).toEqual([]);
    expect(await tokens(sale, 2)).toBe(0);
  });

  it('takes nothing from a late release of the old epoch', async () => {
    await pipeline.db('stocks').where({ id: sale.stockId }).update({ total: 3 });
    const decided = await settle(...admitted);
    expect(decided.at(-1)).toMatchObject({ outcome: 'rejected', reason: 'sold_out' });
    await loseGate();
    expect(await ensure()).toBe(true);
    for (let times = 0; times < 2; times += 1) {
      await announce(sale.saleId, decided);
      expect(await tokens(sale, 2)).toBe(0);
    }
  });

  it('gives back once, in the new epoch, what was carried over and then rejected', async () => {
    await loseGate();
    expect(await ensure()).toBe(true);
    await pipeline.db('stocks').where({ id: sale.stockId }).update({ total: 3 });
    const decided = await settle(...admitted);
    expect(await tokens(sale, 2)).toBe(6);
    for (let times = 0; times < 2; times += 1) {
      await announce(sale.saleId, decided); // starts with the keys of epoch 1, of which nothing is left
      expect(await tokens(sale, 2)).toBe(7);
      expect(await inflight(2)).toEqual([]);
    }
  });

  describe('has its epoch above', () => {
    it('a gate of a higher epoch than PostgreSQL knows, whose attempts it carries over', async () => {
      const [from, to] = [epochKeys(sale.saleId, 1), epochKeys(sale.saleId, 7)];
      for (const key of ['tokens', 'inflight', 'line', 'shoppers'] as const) {
        await pipeline.redis.rename(from[key], to[key]);
      }
      await pipeline.redis.hset(saleKeys(sale.saleId).gate, 'epoch', 7);
      expect(await ensure()).toBe(true);
      expect({ epoch: (await gate()).epoch, stored: await storedEpoch() }).toEqual({ epoch: '8', stored: 8 });
      expect(await inflight(8)).toEqual(ids(admitted));
      expect(await tokens(sale, 8)).toBe(6);
    });

    it('every sequence that PostgreSQL has settled', async () => {
      await settle({ ...admitted[0], sequence: 9 * EPOCH_SPAN + 5 });
      expect(await ensure()).toBe(true);
      expect({ epoch: (await gate()).epoch, stored: await storedEpoch() }).toEqual({
        epoch: '10',
        stored: 10,
      });
    });
  });

  it('is done when the gate lacks its tokens, or was opened on another Redis server', async () => {
    await pipeline.redis.del(epochKeys(sale.saleId, 1).tokens);
    expect(await ensure()).toBe(true);
    expect(await tokens(sale, 2)).toBe(6);
    await pipeline.redis.hset(saleKeys(sale.saleId).gate, 'runId', 'another');
    expect(await ensure()).toBe(true);
    expect(await gate()).toMatchObject({ epoch: '3', runId: pipeline.runId.of(sale.saleId) });
  });

  it('ends what Redis keeps of the sale, which may be as old as the gate that was lost', async () => {
    const kept = JSON.stringify({ ...sale, name: 'Before the edit' });
    await pipeline.redis.set(saleDetailsKey(sale.saleId), kept);
    await loseGate();
    expect(await ensure()).toBe(true);
    expect(await pipeline.redis.exists(saleDetailsKey(sale.saleId))).toBe(0);
  });

  it('is left to the process that is at it', async () => {
    await loseGate();
    await pipeline.db.transaction(async (tx) => {
      const key = [LOCK_NAMESPACES.rebuild, stockLockKey(sale.stockId)];
      await tx.raw('select pg_advisory_xact_lock(?, ?)', key);
      expect(await ensure()).toBe(false);
    });
    expect(await storedEpoch()).toBe(1);
    expect(await ensure()).toBe(true);
  });

  it('is not done once more by who saw the gate gone before another process had rebuilt it', async () => {
    await loseGate();
    const db = meanwhile(pipeline.db, 'transaction', () => ensure());
    expect(await ensure({ db })).toBe(true);
    expect(await storedEpoch()).toBe(2);
  });

  it('reads every decided attempt with its order, however many chunks they make', async () => {
    const settled = await settle(...admitted);
    const chunks: Awaited<ReturnType<typeof settle>>[] = [];
    for await (const some of readDecided(pipeline.db, sale.saleId, 3)) chunks.push(some);
    expect(chunks.map(({ length }) => length)).toEqual([3, 1]);
    const orders = (attempts: typeof settled) =>
      attempts
        .map((attempt) => [attempt.attemptId, attempt.outcome === 'confirmed' && attempt.orderId])
        .sort();
    expect(orders(chunks.flat())).toEqual(orders(settled));
  });

  it('does not raise an epoch that somebody else has raised since', async () => {
    expect(await raiseEpoch(pipeline.db, sale.stockId, { seenEpoch: 1, above: 0 })).toBe(2);
    expect(await raiseEpoch(pipeline.db, sale.stockId, { seenEpoch: 1, above: 0 })).toBeNull();
    expect(await storedEpoch()).toBe(2);
  });
});
