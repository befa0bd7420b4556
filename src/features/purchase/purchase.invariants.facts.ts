import type { Database } from '../../infrastructure/postgres/database.ts';
import { epochKeys, KEPT_AFTER_END_MS, saleKeys } from '../../infrastructure/redis/keys.ts';
import { serverOf, type Redis } from '../../infrastructure/redis/redis.ts';
import type { RunId } from '../../infrastructure/redis/run-id.ts';
import { measureDrift, type MeasuredDrift } from './measure-drift.ts';
import { parseInflight } from './purchase.model.ts';

/** With more than this in flight the drift is not measured for a quick check: it reads them all. */
const MANY_IN_FLIGHT = 2_000;
/** A cancellation or a change of stock shows as drift until reconcile has repaired it, within a second or so. */
const MEASURED_AT_MOST = 5;
const MEASURED_EVERY_MS = 400;

/** What PostgreSQL says of a sale at one instant. Figures without a unit count rows. */
export interface StoredFacts {
  stockId: string;
  epoch: number;
  endsAtMs: number;
  perShopperLimit: number;
  total: number;
  sold: number;
  orderedUnits: number;
  cancelledOrders: number;
  movedUnits: number;
  operatorMovements: number;
  attempts: number;
  confirmed: number;
  rejected: number;
  surplusRefusals: number;
  notOfOne: number;
  outsideWindow: number;
  confirmedWithoutOrder: number;
  rejectedWithOrder: number;
  shoppersOverLimit: number;
  outOfOrder: number;
}

/** What the gate says. `gate` is null when there is none, and `isKept` whether there should be one. */
export interface GateFacts {
  isKept: boolean;
  gate: {
    tokens: number;
    inflightCount: number;
    oldestInflightMs: number;
    soldOutRefusals: number;
    /** `null`: not measured, because too many are in flight. */
    drift: MeasuredDrift | null;
  } | null;
  keysWithoutExpiry: string[];
}

/**
 * Reads a sale's rows in one repeatable-read transaction: every figure is of the same instant.
 *
 * @throws when there is no such sale
 */
export async function readStoredFacts(db: Database, saleId: string): Promise<StoredFacts> {
  return db.transaction(
    async (tx) => {
      await tx.raw('set local jit = off'); // compiling is a third of 0.4 s at 100,000 orders
      const stock = await one<
        Pick<StoredFacts, 'stockId' | 'epoch' | 'perShopperLimit' | 'total' | 'sold'> & { endsAt: Date }
      >(
        tx,
        `select s.id as "stockId", s.gate_epoch as epoch, f.ends_at as "endsAt",
                f.per_shopper_limit as "perShopperLimit", s.total, s.sold
           from flash_sales f join stocks s on s.sale_id = f.id where f.id = :saleId`,
        { saleId },
      );
      if (!stock) throw new Error(`there is no sale ${saleId}`);
      const counted = await one<Omit<StoredFacts, keyof typeof stock | 'endsAtMs'>>(tx, COUNT_SALE, {
        saleId,
        stockId: stock.stockId,
        limit: stock.perShopperLimit,
      });
      if (!counted) throw new Error('a query of counts gave no row');
      const { endsAt, ...rest } = stock;
      return { ...rest, ...counted, endsAtMs: endsAt.getTime() };
    },
    { isolationLevel: 'repeatable read', readOnly: true },
  );
}

async function one<Row>(
  tx: Database,
  sql: string,
  bindings: Record<string, string | number>,
): Promise<Row | undefined> {
  const { rows } = await tx.raw<{ rows: Row[] }>(sql, bindings);
  return rows[0];
}

// The window is compared in milliseconds, as the gate knows it.
const COUNT_SALE = `
  with attempt as (
    select a.id, a.user_id, a.quantity, a.outcome, a.reason, a.sequence, a.admitted_at,
           o.attempt_id, o.quantity as ordered, o.user_id as buyer, o.sale_id as ordered_in,
           lag(a.admitted_at) over (order by a.sequence) > a.admitted_at as is_late
      from purchase_attempts a left join orders o on o.attempt_id = a.id
     where a.sale_id = :saleId
  ), counted as (
    select count(*) as attempts,
           count(*) filter (where outcome = 'confirmed') as confirmed,
           count(*) filter (where outcome = 'rejected') as rejected,
           count(*) filter (where outcome = 'rejected' and reason <> 'set_aside') as "surplusRefusals",
           count(*) filter (where quantity <> 1) as "notOfOne",
           count(*) filter (where sequence is not null
             and (admitted_at < date_trunc('milliseconds', f.starts_at)
                  or admitted_at >= date_trunc('milliseconds', f.ends_at))) as "outsideWindow",
           count(*) filter (where outcome = 'confirmed' and (attempt_id is null or ordered <> quantity
             or buyer <> user_id or ordered_in <> f.id)) as "confirmedWithoutOrder",
           count(*) filter (where outcome = 'rejected' and attempt_id is not null) as "rejectedWithOrder",
           count(*) filter (where is_late and sequence is not null) as "outOfOrder"
      from flash_sales f left join attempt on true where f.id = :saleId and attempt.id is not null
  ), ordered as (
    select coalesce(sum(quantity) filter (where status = 'confirmed'), 0)::bigint as "orderedUnits",
           count(*) filter (where status = 'cancelled') as "cancelledOrders"
      from orders where sale_id = :saleId
  ), moved as (
    select coalesce(sum(delta), 0)::bigint as "movedUnits",
           count(*) filter (where cause = 'operator') as "operatorMovements"
      from stock_movements where stock_id = :stockId
  ), greedy as (
    select count(*) as "shoppersOverLimit" from (
      select user_id from orders where sale_id = :saleId and status = 'confirmed'
       group by user_id having sum(quantity) > :limit) over_limit
  )
  select * from counted, ordered, moved, greedy`;

/** Reads what Redis has of a sale. `deep` measures the drift however many are in flight, and looks at every key. */
export async function readGateFacts(
  { db, redis, runId }: { db: Database; redis: Redis; runId: RunId },
  saleId: string,
  { stockId, endsAtMs }: Pick<StoredFacts, 'stockId' | 'endsAtMs'>,
  { deep }: { deep: boolean },
): Promise<GateFacts> {
  const keys = saleKeys(saleId);
  const isKept = endsAtMs + KEPT_AFTER_END_MS > Date.now();
  const epoch = Number((await redis.hget(keys.gate, 'epoch')) ?? 0);
  const { tokens: tokensKey, inflight, line, shoppers } = epochKeys(saleId, epoch);
  const tokens = await redis.get(tokensKey);
  const named = [keys.gate, keys.known, keys.latest, keys.counters, tokensKey, inflight, line, shoppers];
  const keysWithoutExpiry = await findWithoutExpiry(redis, deep ? await scanKeys(redis, keys.prefix) : named);
  if (epoch === 0 || tokens === null) return { isKept, gate: null, keysWithoutExpiry };

  const inflightCount = await redis.hlen(inflight);
  const soldOutRefusals = Number((await redis.hget(keys.counters, 'refused:sold_out')) ?? 0);
  const isMeasured = deep || inflightCount <= MANY_IN_FLIGHT;
  const drift = isMeasured ? await measureUntilZero({ db, redis, runId }, { saleId, stockId, epoch }) : null;
  if (isMeasured && drift === null) return { isKept, gate: null, keysWithoutExpiry };
  return {
    isKept,
    gate: {
      tokens: drift?.tokens ?? Number(tokens),
      inflightCount: drift?.inflightCount ?? inflightCount,
      oldestInflightMs: await oldestInflightMs(redis, line, inflight),
      soldOutRefusals,
      drift,
    },
    keysWithoutExpiry,
  };
}

async function measureUntilZero(...args: Parameters<typeof measureDrift>): Promise<MeasuredDrift | null> {
  for (let times = 1; ; times += 1) {
    const measured = await measureDrift(...args);
    if (measured === null || measured.drift === 0 || times === MEASURED_AT_MOST) return measured;
    await new Promise((resolve) => setTimeout(resolve, MEASURED_EVERY_MS));
  }
}

async function oldestInflightMs(redis: Redis, line: string, inflight: string): Promise<number> {
  const [oldestId] = await redis.zrange(line, 0, 0);
  const record = oldestId === undefined ? null : await redis.hget(inflight, oldestId);
  if (oldestId === undefined || record === null) return 0;
  const [seconds, micros] = await redis.time();
  const nowMs = Number(seconds) * 1000 + Number(micros) / 1000;
  return Math.max(0, Math.round(nowMs - parseInflight(oldestId, record).admittedAtMs));
}

async function scanKeys(redis: Redis, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const some of serverOf(redis, prefix).scanStream({
    match: `${prefix}*`,
    count: 1_000,
  }) as AsyncIterable<string[]>) {
    found.push(...some);
  }
  return found;
}

async function findWithoutExpiry(redis: Redis, keys: readonly string[]): Promise<string[]> {
  const left = await Promise.all(keys.map((key) => redis.pttl(key)));
  return keys.filter((_, index) => left[index] === -1);
}
