import { EPOCH_SPAN, epochOf } from '../../utils/sequence.ts';
import { uuidV5 } from '../../utils/uuid-v5.ts';
import type { AttemptBatch } from '../../features/purchase/purchase.model.ts';
import { admitByModel, adoptByModel, announceByModel } from './model-gate.ts';
import { boughtOf, lastSequenceOf, postgresOf, settleByModel } from './model-postgres.ts';
import { emptyRedis, openGateOf, type Inflight } from './model-redis.ts';
import type { Drift, GateSight, Shop, ShopSettings } from './shop.ts';

const SALE_ID = '51e00000-0000-4000-8000-000000000000';
const STARTED_AT = 1_763_690_000_000;

export interface ModelShopOptions {
  saleId?: string;
  shopperIds?: readonly string[];
}

/** The model of gate, settling, announcing and repairing: a sale in memory, one method a step of the product. */
export function createModelShop(settings: ShopSettings, options: ModelShopOptions = {}): Shop {
  const { saleId = SALE_ID } = options;
  const shopperIds = options.shopperIds ?? [0, 1, 2, 3, 4].map((n) => uuidV5(`shopper ${n}`, saleId));
  let [nowMs, batches] = [STARTED_AT, 0];
  const now = (): number => (nowMs += 1);
  const postgres = postgresOf(settings, nowMs);
  let redis = emptyRedis();
  let copy = structuredClone(redis);

  const isUsable = (): boolean => {
    const open = openGateOf(redis);
    if (!open || open.gate.epoch !== postgres.epoch) return false;
    return lastSequenceOf(postgres) <= open.gate.epoch * EPOCH_SPAN + open.gate.n;
  };
  const raise = (): number =>
    (postgres.epoch =
      1 + Math.max(postgres.epoch, redis.gate?.epoch ?? 0, epochOf(lastSequenceOf(postgres))));
  const close = (epoch: number): void => {
    const { perShopperLimit: limit, state, startsAtMs, endsAtMs } = postgres;
    redis.gate ??= {
      epoch: 0,
      n: 0,
      revision: 0,
      limit,
      state,
      startsAtMs,
      endsAtMs,
      isUsable: false,
      closedFor: 0,
    };
    redis.gate.isUsable = false;
    redis.gate.closedFor = epoch;
  };
  const rebuild = (): void => {
    const seenEpoch = postgres.epoch;
    const gateEpoch = redis.gate?.epoch ?? 0;
    const epoch = raise();
    close(epoch);
    const carried = new Map<string, Inflight>();
    for (const old of new Set([gateEpoch, seenEpoch])) {
      for (const [id, attempt] of redis.epochs.get(old)?.inflight ?? [])
        if (!postgres.attempts.has(id)) carried.set(id, attempt);
    }
    const shoppers = boughtOf(postgres);
    let tokens = postgres.total - postgres.sold;
    for (const { shopperId, quantity } of carried.values()) {
      shoppers.set(shopperId, (shoppers.get(shopperId) ?? 0) + quantity);
      tokens -= quantity;
    }
    for (const [id, attempt] of postgres.attempts) redis.known.set(id, attempt);
    redis.epochs = new Map([[epoch, { tokens, shoppers, inflight: carried }]]);
    const { perShopperLimit: limit, state, startsAtMs, endsAtMs } = postgres;
    redis.gate = {
      epoch,
      n: 0,
      revision: 0,
      limit,
      state,
      startsAtMs,
      endsAtMs,
      isUsable: true,
      closedFor: 0,
    };
  };

  return {
    saleId,
    shopperIds,
    now,
    async admit(epoch, batchId, attempts) {
      const { maxInflight } = settings;
      return admitByModel(redis, attempts, { epoch, batchId, nowMs: now(), maxInflight });
    },
    async settle(attempts) {
      return settleByModel(postgres, attempts, {
        nowMs: now(),
        canBuy: (shopperId) => shopperId !== shopperIds.at(-1),
      });
    },
    async announce(decided) {
      announceByModel(redis, decided);
    },
    async adopt(attempts) {
      const batchId = uuidV5(`adopted ${(batches += 1)}`, saleId);
      return { saleId, stockId: saleId, batchId, attempts: adoptByModel(redis, attempts, batchId) };
    },
    async inflight() {
      const byBatch = new Map<string, AttemptBatch>();
      for (const { batchId, ...attempt } of openGateOf(redis)?.units.inflight.values() ?? []) {
        const batch = byBatch.get(batchId) ?? { saleId, stockId: saleId, batchId, attempts: [] };
        byBatch.set(batchId, batch);
        batch.attempts.push(attempt);
      }
      return [...byBatch.values()];
    },
    async measureDrift() {
      const open = openGateOf(redis);
      if (!open) return null;
      const { gate, units } = open;
      const last = gate.epoch * EPOCH_SPAN + gate.n;
      const { total, orders, attempts } = postgres;
      let drift = total - units.tokens;
      for (const { attemptId, quantity, status } of orders.values()) {
        if (status === 'confirmed' && (attempts.get(attemptId)?.sequence ?? 0) <= last) drift -= quantity;
      }
      for (const { attemptId, quantity } of units.inflight.values())
        if (attempts.get(attemptId)?.outcome !== 'confirmed') drift -= quantity;
      return { epoch: gate.epoch, revision: gate.revision, drift, total };
    },
    async applyDrift({ epoch, revision, drift }: Drift) {
      const units = redis.epochs.get(epoch);
      if (!redis.gate || !units || redis.gate.epoch !== epoch || redis.gate.revision !== revision)
        return false;
      units.tokens += drift;
      redis.gate.revision += 1;
      return true;
    },
    async ensureGate() {
      if (!isUsable()) rebuild();
      return true;
    },
    async beginRebuild(diesAfter) {
      const epoch = raise();
      if (diesAfter === 'close') close(epoch);
    },
    async putInForce() {
      if (!redis.gate?.epoch) return;
      const { perShopperLimit: limit, state, startsAtMs, endsAtMs } = postgres;
      Object.assign(redis.gate, { limit, state, startsAtMs, endsAtMs });
    },
    async find(attemptId) {
      return postgres.attempts.get(attemptId) ?? null;
    },
    async isOver() {
      return postgres.state === 'stopped' || postgres.endsAtMs <= now();
    },
    async setState(state) {
      postgres.state = state;
    },
    async setWindow(edge) {
      if (edge === 'opens') postgres.startsAtMs = Math.min(postgres.startsAtMs, now());
      else postgres.endsAtMs = Math.min(postgres.endsAtMs, Math.max(now(), postgres.startsAtMs + 1));
    },
    async addUnits(units) {
      postgres.total += units;
      postgres.movements.push({ delta: units, cause: 'operator', atMs: now() });
    },
    async cancel(n) {
      const confirmed = [...postgres.orders.values()]
        .filter(({ status }) => status === 'confirmed')
        .sort((a, b) => (a.attemptId < b.attemptId ? -1 : 1));
      const order = confirmed[n % Math.max(1, confirmed.length)];
      if (!order) return;
      order.status = 'cancelled';
      postgres.sold -= order.quantity;
      postgres.movements.push({ delta: order.quantity, cause: 'cancellation', atMs: now() });
    },
    async loseRedis() {
      redis = emptyRedis();
    },
    async changeServer() {
      if (redis.gate) redis.gate.isUsable = false;
    },
    async keepCopy() {
      copy = structuredClone(redis);
    },
    async bringCopyBack() {
      redis = structuredClone(copy);
      if (redis.gate) redis.gate.isUsable = false;
    },
    async look() {
      const { gate, known } = redis;
      const units = gate && redis.epochs.get(gate.epoch);
      const sight: GateSight = {
        ...{ epoch: gate?.epoch ?? 0, n: gate?.n ?? 0, tokens: units?.tokens ?? null },
        shoppers: Object.fromEntries(units?.shoppers ?? []),
        inflight: Object.fromEntries(
          [...(units?.inflight.values() ?? [])].map(({ attemptId, sequence }) => [attemptId, sequence]),
        ),
        known: Object.fromEntries(
          [...known.values()].map((one) => [
            one.attemptId,
            one.outcome === 'confirmed' ? 'confirmed' : one.reason,
          ]),
        ),
      };
      return sight;
    },
    async stored() {
      const { startsAtMs, endsAtMs, perShopperLimit, total, sold, attempts, orders, movements } = postgres;
      const open = openGateOf(redis);
      return {
        sale: { saleId, startsAtMs, endsAtMs, perShopperLimit },
        stock: { total, sold },
        attempts: [...attempts.values()],
        orders: [...orders.values()],
        movements,
        gate: open && {
          ...{ tokens: open.units.tokens, inflight: [...open.units.inflight.values()] },
          ...{ known: [...redis.known.values()], keysWithoutExpiry: [], takenAtMs: now() },
        },
        isGateKept: true,
      };
    },
  };
}
