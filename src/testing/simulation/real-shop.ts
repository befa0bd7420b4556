import { createAdmit } from '../../features/purchase/admit.ts';
import { createAdopt } from '../../features/purchase/adopt.ts';
import { createAnnounce } from '../../features/purchase/announce.ts';
import { readStoredState } from '../../features/purchase/history/read-stored-state.ts';
import { measureDrift } from '../../features/purchase/measure-drift.ts';
import { findDecided } from '../../features/purchase/purchase.repository.ts';
import { raiseEpoch } from '../../features/purchase/rebuild.repository.ts';
import { createEnsureGate } from '../../features/purchase/rebuild.ts';
import { createSettle } from '../../features/purchase/settle.ts';
import { createChangeGate } from '../../features/sale/change-gate.ts';
import { findSale } from '../../features/sale/sale.repository.ts';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { epochKeys, saleKeys } from '../../infrastructure/redis/keys.ts';
import { loadScript } from '../../infrastructure/redis/script.ts';
import { givenSale } from '../test-sale.ts';
import type { TestServices } from '../test-services.ts';
import { createOperator } from './real-operator.ts';
import { createRedisCopy, readBatches, readSight } from './real-redis.ts';
import { TRIES_LIMIT, type Shop, type ShopSettings } from './shop.ts';

const purchase = new URL('../../features/purchase/', import.meta.url);
const closeScript = loadScript(new URL('close-gate.lua', purchase));
const applyScript = loadScript(new URL('apply-drift.lua', purchase));

const HOUR_MS = 3_600_000;

/** The product itself, one exported step a method, over a new sale in real stores. The clock is Redis'. */
export async function createRealShop(
  services: TestServices,
  settings: ShopSettings,
  shopperIds: readonly string[],
): Promise<Shop> {
  const { db, redis, runId } = services;
  const { saleId, stockId, endsAtMs } = await givenSale(
    { db },
    {
      ...{ stock: settings.stock, perShopperLimit: settings.perShopperLimit },
      ...{ opensInSec: settings.isOpen ? -60 : 3_600, endsInSec: 7_200 },
    },
  );
  const keys = saleKeys(saleId);
  const gateEpoch = async (): Promise<number> => Number((await redis.hget(keys.gate, 'epoch')) ?? 0);
  const logger = silentLogger;
  const { maxInflight } = settings;
  const admit = createAdmit({
    redis,
    runId,
    maxInflight,
    maxInflightAgeMs: HOUR_MS,
    triesLimit: TRIES_LIMIT,
    triesWindowMs: HOUR_MS,
  });
  const ensureGate = createEnsureGate({ db, redis, runId, adoptionMs: 0, logger });
  const changeGate = createChangeGate({ redis });
  const settle = createSettle({ db, clock: Date, logger });
  const announce = createAnnounce({ redis, saleEndsAtMs: async () => endsAtMs });
  const adopt = createAdopt({ redis, runId });
  const copy = createRedisCopy(redis, keys.prefix);
  /** As if the gate had been opened on another server. */
  const changeServer = async (): Promise<void> => {
    if ((await redis.exists(keys.gate)) === 1) await redis.hset(keys.gate, 'runId', 'elsewhere');
  };

  return {
    saleId,
    shopperIds,
    now: Date.now,
    admit: (epoch, batchId, attempts) => admit(saleId, epoch, batchId, attempts),
    settle: async (attempts) => (attempts.length === 0 ? [] : settle(saleId, stockId, attempts)),
    announce: (decided) => announce(saleId, decided),
    adopt: (attempts) => adopt(saleId, stockId, attempts),
    inflight: async () => readBatches(redis, { saleId, stockId, epoch: await gateEpoch() }),
    async measureDrift() {
      const epoch = await gateEpoch();
      const measured = await measureDrift(services, { saleId, stockId, epoch });
      return measured && { epoch, revision: measured.revision, drift: measured.drift, total: measured.total };
    },
    async applyDrift({ epoch, revision, drift, total }) {
      const applied = await applyScript.run(
        redis,
        [keys.gate, epochKeys(saleId, epoch).tokens],
        [epoch, revision, drift, total],
      );
      return applied === 1;
    },
    ensureGate: () => ensureGate(saleId, stockId),
    async beginRebuild(diesAfter) {
      const stock = await db('stocks').where({ id: stockId }).first<{ gate_epoch: number }>('gate_epoch');
      const above = await gateEpoch();
      const epoch = await raiseEpoch(db, stockId, { seenEpoch: stock.gate_epoch, above });
      if (epoch !== null && diesAfter === 'close') await closeScript.run(redis, [keys.gate], [epoch]);
    },
    async putInForce() {
      const sale = await findSale(db, saleId);
      if (sale) await changeGate(sale);
    },
    find: (attemptId) => findDecided(db, attemptId),
    async isOver() {
      const sale = await findSale(db, saleId);
      return !sale || sale.state === 'stopped' || sale.endsAtMs <= Date.now();
    },
    ...createOperator(services, { saleId, stockId }),
    async loseRedis() {
      await redis.flushall();
    },
    changeServer,
    keepCopy: copy.keep,
    async bringCopyBack() {
      await copy.bringBack();
      await changeServer();
    },
    look: () => readSight(redis, saleId),
    stored: () => readStoredState(services, saleId),
  };
}
