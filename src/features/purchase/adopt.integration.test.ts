import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { epochKeys, saleKeys } from '../../infrastructure/redis/keys.ts';
import { meanwhile } from '../../testing/meanwhile.ts';
import { askTestGate } from '../../testing/test-gate.ts';
import { anAttempt, startTestPipeline, type TestPipeline } from '../../testing/test-pipeline.ts';
import { givenSale, givenShoppers } from '../../testing/test-sale.ts';
import type { SaleDetails } from '../sale/sale.model.ts';
import { AcceptedAttempts } from './accepted-attempts.ts';
import { createAdopt } from './adopt.ts';
import { createAnnounce } from './announce.ts';
import type { AdmittedAttempt, AttemptBatch } from './purchase.model.ts';
import { createEnsureGate } from './rebuild.ts';
import { createSettle } from './settle.ts';
import { shortId } from '../../utils/short-id.ts';

describe('attempts that a process accepted and Redis lost', () => {
  let pipeline: TestPipeline;
  let sale: SaleDetails;
  let accepted: [AdmittedAttempt, AdmittedAttempt, AdmittedAttempt];
  beforeAll(async () => {
    pipeline = await startTestPipeline();
  });
  afterAll(() => pipeline.close());
  afterEach(() => void jest.restoreAllMocks());
  /** Three units were promised by an epoch of which nothing is left; the gate is open again in epoch 2. */
  beforeEach(async () => {
    sale = await givenSale(pipeline, { stock: 3 });
    const shoppers = await givenShoppers(pipeline.db, 3);
    const wishes = shoppers.map((shopper) => anAttempt(sale.saleId, shopper));
    accepted = (await pipeline.accept(sale, wishes, { enqueue: false })) as typeof accepted;
    await loseAndRebuild();
  });

  const { ask, tokens } = askTestGate(() => pipeline);
  const loseAndRebuild = async (): Promise<void> => {
    await pipeline.redis.flushall();
    await createEnsureGate({ ...pipeline, adoptionMs: 0, logger: silentLogger })(sale.saleId, sale.stockId);
  };
  const adopt = (attempts: readonly AdmittedAttempt[]): Promise<AttemptBatch> =>
    createAdopt(pipeline)(sale.saleId, sale.stockId, attempts);
  const settleAndAnnounce = async (attempts: readonly AdmittedAttempt[]): Promise<void> => {
    const settle = createSettle({ ...pipeline, clock: Date, logger: silentLogger });
    const announce = createAnnounce({ redis: pipeline.redis, saleEndsAtMs: async () => sale.endsAtMs });
    await announce(sale.saleId, await settle(sale.saleId, sale.stockId, attempts));
  };
  const ids = (attempts: readonly { attemptId: string }[]) =>
    attempts.map(({ attemptId }) => attemptId).sort();
  const inflight = async () => (await pipeline.inflight(sale.saleId)).sort();

  it('are written to the new gate with their old places, their units and their shoppers’ counts', async () => {
    expect((await adopt(accepted)).attempts).toEqual(accepted);
    expect(await tokens(sale, 2)).toBe(0);
    const { line, shoppers } = epochKeys(sale.saleId, 2);
    expect(await pipeline.redis.zrange(line, 0, -1)).toEqual(
      accepted.map(({ attemptId }) => shortId(attemptId)),
    );
    expect(await pipeline.redis.hvals(shoppers)).toEqual(['1', '1', '1']);
    const [replay] = await ask(sale, [accepted[0]], { epoch: 2 });
    expect(replay).toMatchObject({ kind: 'known', position: undefined });
    for (const key of await pipeline.redis.keys(`{${sale.saleId}}:*`)) {
      expect(await pipeline.redis.pttl(key)).toBeGreaterThan(0);
    }
  });

  it('are adopted once, by whoever comes first', async () => {
    expect((await adopt(accepted.slice(0, 1))).attempts).toHaveLength(1);
    const batches = await Promise.all([adopt(accepted), adopt(accepted)]);
    expect(batches.map(({ attempts }) => attempts.length).sort()).toEqual([0, 2]);
    expect(await tokens(sale, 2)).toBe(0);
  });

  it('take units below zero that were promised again, and whoever came later is refused', async () => {
    const [shopper] = await givenShoppers(pipeline.db, 1);
    const late = await pipeline.accept(sale, [anAttempt(sale.saleId, shopper!)], { enqueue: false });
    await adopt(accepted);
    expect(await tokens(sale, 2)).toBe(-1);
    await settleAndAnnounce([...late, ...accepted]);
    const { reason } = await pipeline
      .db('purchase_attempts')
      .where({ id: late[0]?.attemptId })
      .first<{ reason: string }>();
    expect(reason).toBe('sold_out');
    expect(await tokens(sale, 2)).toBe(0);
  });

  it('are left alone once they are decided', async () => {
    await settleAndAnnounce(accepted.slice(0, 1));
    expect(ids((await adopt(accepted)).attempts)).toEqual(ids(accepted.slice(1)));
  });

  it('are not written to a gate that is gone, closed, or of a newer epoch than was read', async () => {
    const { gate } = saleKeys(sale.saleId);
    const redis = meanwhile(pipeline.redis, 'evalsha', loseAndRebuild);
    const late = await createAdopt({ ...pipeline, redis })(sale.saleId, sale.stockId, accepted);
    expect(late.attempts).toEqual([]);
    expect(await inflight()).toEqual([]);
    await pipeline.redis.hset(gate, 'runId', '');
    expect((await adopt(accepted)).attempts).toEqual([]);
    await pipeline.redis.del(gate);
    expect((await adopt(accepted)).attempts).toEqual([]);
    expect(await pipeline.redis.keys(`{${sale.saleId}}:*:inflight`)).toEqual([]);
  });

  describe('are kept by the process', () => {
    const remember = (): AcceptedAttempts => {
      const { redis, enqueue } = pipeline;
      const memory = new AcceptedAttempts({
        redis,
        adopt: createAdopt(pipeline),
        enqueue,
        logger: silentLogger,
      });
      accepted.forEach((attempt) => memory.add(sale.saleId, sale.stockId, attempt));
      return memory;
    };
    const enqueued = async (): Promise<number> => (await pipeline.queue.counts()).waiting;

    it('until they are announced', async () => {
      const memory = remember();
      expect(memory.announced(sale.saleId, accepted[0].attemptId)).toBeGreaterThanOrEqual(0);
      expect(memory.announced(sale.saleId, accepted[0].attemptId)).toBeUndefined();
      expect(memory.size).toBe(2);
      await memory.adoptAll(sale.saleId);
      expect(await inflight()).toEqual(ids(accepted.slice(1)));
      expect(await enqueued()).toBe(1);
    });

    it('and when nobody told of anything, looked up: lost ones are adopted at once, decided ones dropped after 5 s', async () => {
      const memory = remember();
      await settleAndAnnounce(accepted.slice(0, 1));
      await memory.lookUp();
      expect({ size: memory.size, inflight: await inflight() }).toEqual({
        size: 3,
        inflight: ids(accepted.slice(1)), // the gate is of another epoch than they are
      });
      expect(await enqueued()).toBe(1);
      const now = performance.now();
      jest.spyOn(performance, 'now').mockReturnValue(now + 5_001);
      await memory.lookUp();
      expect(memory.size).toBe(2);
      expect(await inflight()).toEqual(ids(accepted.slice(1)));
      expect(await enqueued()).toBe(1);
      await memory.lookUp(); // known to the gate now
      expect(await enqueued()).toBe(1);
    });
  });
});
