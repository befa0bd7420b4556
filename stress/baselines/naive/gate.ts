import type { SaleDetails } from '../../../src/features/sale/sale.model.ts';
import type { Attempt } from '../../../src/features/purchase/purchase.model.ts';
import type { Refusal } from '../../../src/errors/refusal.ts';
import type { Redis } from '../../../src/infrastructure/redis/redis.ts';
import { loadScript } from '../../../src/infrastructure/redis/script.ts';

const gateScript = loadScript(new URL('./gate.lua', import.meta.url));

export function keysOf(saleId: string): { sale: string; shoppers: string; attempts: string } {
  const prefix = `naive:${saleId}`;
  return { sale: prefix, shoppers: `${prefix}:shoppers`, attempts: `${prefix}:attempts` };
}

/** Puts the units of a sale at the gate. */
export async function openGate(redis: Redis, sale: SaleDetails): Promise<void> {
  const { saleId, stockId, total, perShopperLimit, startsAtMs, endsAtMs } = sale;
  await redis.hset(keysOf(saleId).sale, {
    stockId,
    tokens: total,
    limit: perShopperLimit,
    startsAt: startsAtMs,
    endsAt: endsAtMs,
    n: 0,
    settled: 0,
  });
}

export type GateAnswer =
  | { kind: 'admitted'; sequence: number; admittedAtMs: number; position: number; isKnown: boolean }
  | { kind: 'refused'; refusal: Refusal };

const REFUSALS: Partial<Record<number, Refusal['code']>> = {
  2: 'idempotency_key_reused',
  3: 'sale_not_found',
  4: 'sale_not_started',
  5: 'sale_ended',
  6: 'limit_reached',
  7: 'sold_out',
  8: 'not_enough_left',
};

/** One call to Redis for one attempt. */
export async function askGate(redis: Redis, saleId: string, attempt: Attempt): Promise<GateAnswer> {
  const { sale, shoppers, attempts } = keysOf(saleId);
  const [code, first = 0, admittedAtMs = 0, position = 0, known = 0] = (await gateScript.run(
    redis,
    [sale, shoppers, attempts],
    [attempt.attemptId, attempt.shopperId, attempt.quantity],
  )) as [number, number?, number?, number?, number?];
  if (code === 1) return { kind: 'admitted', sequence: first, admittedAtMs, position, isKnown: known === 1 };
  const refused = REFUSALS[code];
  if (refused === undefined) throw new Error(`gate.lua answered ${code}`);
  return {
    kind: 'refused',
    refusal: { code: refused, ...(refused === 'not_enough_left' ? { remaining: first } : {}) },
  };
}

/** Counts an outcome, and gives the units of a rejected one back. */
export async function noteSettled(
  redis: Redis,
  saleId: string,
  attempt: Attempt,
  isConfirmed: boolean,
): Promise<void> {
  const { sale, shoppers } = keysOf(saleId);
  const pipeline = redis.pipeline().hincrby(sale, 'settled', 1);
  if (!isConfirmed) {
    pipeline.hincrby(sale, 'tokens', attempt.quantity);
    pipeline.hincrby(shoppers, attempt.shopperId, -attempt.quantity);
  }
  await pipeline.exec();
}
