import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { epochKeys, saleKeys } from '../../infrastructure/redis/keys.ts';
import { meanwhile } from '../../testing/meanwhile.ts';
import { anAttempt, startTestPipeline, type TestPipeline } from '../../testing/test-pipeline.ts';
import { givenSale, givenShoppers } from '../../testing/test-sale.ts';
import { until } from '../../testing/until.ts';
import { EPOCH_SPAN } from '../../utils/sequence.ts';
import type { SaleDetails } from '../sale/sale.model.ts';
import { createAdopt } from './adopt.ts';
import { createAnnounce } from './announce.ts';
import { measureDrift } from './measure-drift.ts';
import { checkInvariants } from './purchase.invariants.ts';
import type { AdmittedAttempt } from './purchase.model.ts';
import { createEnsureGate } from './rebuild.ts';
import { repairDrift, type RepairDriftDeps } from './repair-drift.ts';
import { createSettle } from './settle.ts';

describe('drift', () => {
  let pipeline: TestPipeline;
  let sale: SaleDetails;
  let shoppers: string[];
  beforeAll(async () => {
    pipeline = await startTestPipeline();
  });
  afterAll(() => pipeline.close());
  beforeEach(async () => {
    sale = await givenSale(pipeline, { stock: 10 });
    shoppers = await givenShoppers(pipeline.db, 20);
  });

  const admit = (count: number): Promise<AdmittedAttempt[]> => {
    const wishes = shoppers.splice(0, count).map((shopper) => anAttempt(sale.saleId, shopper));
    return pipeline.accept(sale, wishes, { enqueue: false });
  };
  const settle = (attempts: readonly AdmittedAttempt[]) =>
    createSettle({ ...pipeline, clock: Date, logger: silentLogger })(sale.saleId, sale.stockId, attempts);
  const settleAndAnnounce = async (attempts: readonly AdmittedAttempt[]): Promise<void> => {
    const announce = createAnnounce({ redis: pipeline.redis, saleEndsAtMs: async () => sale.endsAtMs });
    await announce(sale.saleId, await settle(attempts));
  };
  const target = (epoch = 1) => ({ saleId: sale.saleId, stockId: sale.stockId, epoch });
  const drift = async (deps: Partial<TestPipeline> = {}, epoch = 1): Promise<number | undefined> =>
    (await measureDrift({ ...pipeline, ...deps }, target(epoch)))?.drift;
  const repair = (deps: Partial<RepairDriftDeps> = {}, epoch = 1): Promise<number> =>
    repairDrift({ ...pipeline, logger: silentLogger, ...deps }, target(epoch));
  const addTokens = (units: number, epoch = 1) =>
    pipeline.redis.incrby(epochKeys(sale.saleId, epoch).tokens, units);
  const tokens = () => pipeline.tokens(sale.saleId);
  const isApplying = (args: readonly unknown[]): boolean => args[1] === 2;

  describe('is none', () => {
    it('while attempts are in flight, settled but not announced, or announced', async () => {
      await settleAndAnnounce(await admit(2));
      await settle(await admit(2));
      await admit(2);
      expect(await drift()).toBe(0);
    });

    it('while units of a rejected attempt are not released yet', async () => {
      const admitted = await admit(4);
      await pipeline.db('stocks').where({ id: sale.stockId }).update({ total: 2 });
      await addTokens(-8); // what the smaller stock takes
      await settle(admitted);
      expect(await drift()).toBe(0);
      await settleAndAnnounce(admitted);
      expect(await drift()).toBe(0);
    });

    it('though what was in flight settles between the reads', async () => {
      const admitted = await admit(3);
      const db = meanwhile(pipeline.db, 'raw', () => settle(admitted));
      expect(await drift({ db })).toBe(0);
    });

    it('though attempts are admitted, settled and announced between the reads', async () => {
      const trade = async () => settleAndAnnounce(await admit(3));
      expect(await drift({ db: meanwhile(pipeline.db, 'raw', trade) })).toBe(0);
    });
  });

  it('is none though an order is sold and cancelled between the reads', async () => {
    const sellAndCancel = async (): Promise<void> => {
      await settleAndAnnounce(await admit(1));
      await pipeline.db('orders').where({ sale_id: sale.saleId }).update({ status: 'cancelled' });
      await pipeline.db('stocks').where({ id: sale.stockId }).update({ sold: 0 });
    };
    expect(await drift({ db: meanwhile(pipeline.db, 'raw', sellAndCancel) })).toBe(0);
  });

  it('is not measured on a gate of another epoch or server, or without tokens', async () => {
    await pipeline.redis.set(epochKeys(sale.saleId, 2).tokens, 10); // a rebuild is about to open it
    expect(await drift({}, 2)).toBeUndefined();
    expect(await drift({ runId: { of: () => 'another' } })).toBeUndefined();
    expect(await drift({ runId: { of: () => null } })).toBeUndefined();
    await pipeline.redis.del(epochKeys(sale.saleId, 1).tokens);
    expect(await drift()).toBeUndefined();
  });

  it.each([4, -4])('of %i units is repaired, and tells every reader of the gate', async (units) => {
    await settle(await admit(2));
    await addTokens(units);
    const version = await pipeline.redis.hget(saleKeys(sale.saleId).gate, 'version');
    expect(await repair()).toBe(-units);
    expect(await tokens()).toBe(8);
    expect(await repair()).toBe(0);
    const [revision, newVersion] = await pipeline.redis.hmget(
      saleKeys(sale.saleId).gate,
      'revision',
      'version',
    );
    expect({ revision, newVersion: Number(newVersion) }).toEqual({
      revision: '1',
      newVersion: Number(version) + 1,
    });
  });

  it('is repaired once by two who measured it at the same time', async () => {
    await addTokens(5);
    const redis = meanwhile(pipeline.redis, 'evalsha', () => repair(), { which: isApplying });
    expect(await repair({ redis })).toBe(0);
    expect(await tokens()).toBe(10);
  });

  it('is added as an increment: what is admitted before it is applied stays promised', async () => {
    await addTokens(5);
    const redis = meanwhile(pipeline.redis, 'evalsha', () => admit(3), { which: isApplying });
    expect(await repair({ redis })).toBe(-5);
    expect(await tokens()).toBe(7);
  });

  it('of an old epoch is not applied to the gate that was rebuilt since', async () => {
    await addTokens(5);
    const rebuild = async (): Promise<void> => {
      await pipeline.redis.del(saleKeys(sale.saleId).gate);
      expect(
        await createEnsureGate({ ...pipeline, adoptionMs: 0, logger: silentLogger })(
          sale.saleId,
          sale.stockId,
        ),
      ).toBe(true);
    };
    const redis = meanwhile(pipeline.redis, 'evalsha', rebuild, { which: isApplying });
    expect(await repair({ redis })).toBe(0);
    expect(await tokens()).toBe(10);
    expect(await pipeline.redis.hget(saleKeys(sale.saleId).gate, 'revision')).toBe('0');
    expect(await pipeline.redis.exists(epochKeys(sale.saleId, 1).tokens)).toBe(0);
  });

  it('is not counted twice when an attempt it comes from is adopted before it is applied', async () => {
    const attempt = { ...anAttempt(sale.saleId, shoppers[0]!), sequence: 5, admittedAtMs: Date.now() };
    await settle([attempt]); // sold, and unknown to the gate: one token too many
    expect(await drift()).toBe(-1);
    const adopt = () => createAdopt(pipeline)(sale.saleId, sale.stockId, [attempt]);
    expect(await repair({ redis: meanwhile(pipeline.redis, 'evalsha', adopt, { which: isApplying }) })).toBe(
      0,
    );
    expect(await tokens()).toBe(9);
    expect(await drift()).toBe(0);
    expect(attempt.sequence).toBeLessThan(EPOCH_SPAN);
  });

  it('goes away beside live traffic, and nothing is oversold or left over', async () => {
    const drop = await givenSale(pipeline, { stock: 300 });
    const crowd = await givenShoppers(pipeline.db, 900);
    const where = { saleId: drop.saleId, stockId: drop.stockId, epoch: 1 };
    const worker = await pipeline.startWorker(); // it reconciles as well
    let isOver = false;
    const spoil = async (): Promise<void> => {
      for (let times = 1; !isOver; times += 1) {
        await pipeline.redis.incrby(epochKeys(drop.saleId, 1).tokens, times % 2 === 0 ? 7 : -5);
        await until(
          async () => isOver || (await repairDrift({ ...pipeline, logger: silentLogger }, where)) !== 0,
        );
      }
    };
    const buy = async (): Promise<void> => {
      while (crowd.length > 0) {
        const wishes = crowd.splice(0, 10).map((shopper) => anAttempt(drop.saleId, shopper));
        await pipeline.accept(drop, wishes);
      }
    };
    await Promise.all([buy().finally(() => (isOver = true)), spoil()]);
    await until(async () => {
      const measured = await measureDrift(pipeline, where);
      return measured?.drift === 0 && measured.inflightCount === 0;
    });
    // Tokens that were missing for a moment may have turned some of the crowd away; who comes now gets the rest.
    const late = await givenShoppers(pipeline.db, 300);
    await pipeline.accept(
      drop,
      late.map((shopper) => anAttempt(drop.saleId, shopper)),
    );
    await until(async () => (await pipeline.inflight(drop.saleId)).length === 0);
    const stock = await pipeline.db('stocks').where({ id: drop.stockId }).first<{ sold: number }>('sold');
    expect({ ...stock, tokens: await pipeline.tokens(drop.saleId) }).toEqual({ sold: 300, tokens: 0 });
    const verdicts = await checkInvariants(pipeline, { saleId: drop.saleId, deep: true });
    expect(verdicts.filter(({ ok }) => !ok)).toEqual([]);
    await worker.stop();
  });
});
