import type { Database } from '../../../infrastructure/postgres/database.ts';
import { epochKeys, KEPT_AFTER_END_MS, saleKeys } from '../../../infrastructure/redis/keys.ts';
import type { Redis } from '../../../infrastructure/redis/redis.ts';
import { uuidOf } from '../../../utils/short-id.ts';
import { findSale } from '../../sale/sale.repository.ts';
import { parseDecided, parseInflight, type DecidedAttempt } from '../purchase.model.ts';
import { readDecided } from '../rebuild.repository.ts';
import type { GateState, StoredOrder, StoredState } from './history.ts';

/**
 * Reads all that both stores have of a sale, as plain objects: for the end of a run, when nothing is sent any more.
 *
 * @throws when there is no such sale, or a store does not answer
 */
export async function readStoredState(
  { db, redis }: { db: Database; redis: Redis },
  saleId: string,
  { keysWithoutExpiry = [] }: { keysWithoutExpiry?: readonly string[] } = {},
): Promise<StoredState> {
  const sale = await findSale(db, saleId);
  if (!sale) throw new Error(`there is no sale ${saleId}`);
  const { startsAtMs, endsAtMs, perShopperLimit, stockId } = sale;
  // The gate first: what is announced afterwards is in its rows and no longer in flight.
  const gate = await readGate(redis, saleId, keysWithoutExpiry);
  const stock = await db('stocks')
    .where({ id: stockId })
    .first<{ total: number; sold: number }>('total', 'sold');
  const attempts: DecidedAttempt[] = [];
  for await (const some of readDecided(db, saleId)) attempts.push(...some);
  const orders = await db('orders').where({ sale_id: saleId }).select<StoredOrder[]>({
    orderId: 'id',
    attemptId: 'attempt_id',
    shopperId: 'user_id',
    quantity: 'quantity',
    status: 'status',
  });
  const movements = await db('stock_movements')
    .where({ stock_id: stockId })
    .select<{ delta: number; cause: string; at: Date }[]>('delta', 'cause', 'at');
  return {
    sale: { saleId, startsAtMs, endsAtMs, perShopperLimit },
    stock,
    attempts,
    orders,
    movements: movements.map(({ delta, cause, at }) => ({ delta, cause, atMs: at.getTime() })),
    gate,
    isGateKept: endsAtMs + KEPT_AFTER_END_MS > Date.now(),
  };
}

async function readGate(
  redis: Redis,
  saleId: string,
  keysWithoutExpiry: readonly string[],
): Promise<GateState | null> {
  const keys = saleKeys(saleId);
  const epoch = await redis.hget(keys.gate, 'epoch');
  if (epoch === null) return null;
  const { tokens: tokensKey, inflight: inflightKey } = epochKeys(saleId, Number(epoch));
  const [tokens, inflight, known, [seconds, micros]] = await Promise.all([
    redis.get(tokensKey),
    redis.hgetall(inflightKey),
    redis.hgetall(keys.known),
    redis.time(),
  ]);
  if (tokens === null) return null;
  return {
    tokens: Number(tokens),
    inflight: Object.entries(inflight).map(([id, record]) => parseInflight(uuidOf(id), record)),
    known: Object.entries(known).map(([id, record]) => parseDecided(uuidOf(id), record)),
    keysWithoutExpiry,
    takenAtMs: Number(seconds) * 1000 + Number(micros) / 1000,
  };
}
