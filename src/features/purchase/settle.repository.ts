import type { LockedStock } from '../../infrastructure/postgres/advisory-lock.ts';
import { sqlArray } from '../../infrastructure/postgres/database.ts';
import { UnusableJobError } from '../../infrastructure/queue/settle-queue.ts';
import type { RejectionReason } from '../../contracts/error-catalogue.ts';
import type { AdmittedAttempt, DecidedAttempt, Outcome } from './purchase.model.ts';
import type { StockFacts } from './decide.ts';

/** Everything a settle transaction decides from, read after the lock. */
export interface SettleFacts extends StockFacts {
  saleId: string;
  productId: string;
  unitPriceMinor: number;
  currency: string;
  version: number;
  /** Attempt id → the outcome it has already. */
  decided: Map<string, Outcome & { settledAtMs: number }>;
}

interface FactsRow {
  sale_id: string;
  product_id: string;
  price_minor: number;
  currency: string;
  version: number;
  units_left: number;
  per_shopper_limit: number;
  bought: Record<string, number> | null;
  decided:
    | { id: string; outcome: Outcome['outcome']; reason: RejectionReason; order_id: string; at: number }[]
    | null;
}

/** @throws UnusableJobError when the sale has no such stock */
export async function readSettleFacts(
  { tx, stockId }: LockedStock,
  saleId: string,
  attempts: readonly AdmittedAttempt[],
): Promise<SettleFacts> {
  const { rows } = await tx.raw<{ rows: FactsRow[] }>(
    `select s.sale_id, f.product_id, p.price_minor, p.currency, s.version, s.total - s.sold as units_left,
            f.per_shopper_limit,
            (select json_object_agg(user_id, units)
               from (select user_id, sum(quantity) as units from orders
                      where sale_id = s.sale_id and status = 'confirmed' and user_id = any(?::uuid[])
                      group by user_id) bought) as bought,
            (select json_agg(json_build_object('id', a.id, 'outcome', a.outcome, 'reason', a.reason,
                                               'order_id', o.id, 'at', extract(epoch from a.settled_at) * 1000))
               from purchase_attempts a left join orders o on o.attempt_id = a.id
              where a.id = any(?::uuid[])) as decided
       from stocks s join flash_sales f on f.id = s.sale_id join products p on p.id = f.product_id
      where s.id = ? and s.sale_id = ?`,
    [
      sqlArray(attempts.map((attempt) => attempt.shopperId)),
      sqlArray(attempts.map((attempt) => attempt.attemptId)),
      stockId,
      saleId,
    ],
  );
  const row = rows[0];
  if (!row) throw new UnusableJobError(`there is no stock ${stockId} of sale ${saleId}`);
  return {
    saleId: row.sale_id,
    productId: row.product_id,
    unitPriceMinor: row.price_minor,
    currency: row.currency,
    version: row.version,
    unitsLeft: row.units_left,
    perShopperLimit: row.per_shopper_limit,
    boughtByShopper: new Map(Object.entries(row.bought ?? {})),
    decided: new Map(
      (row.decided ?? []).map(({ id, outcome, reason, order_id: orderId, at }) => [
        id,
        outcome === 'confirmed'
          ? { outcome, orderId, settledAtMs: Math.round(at) }
          : { outcome, reason, settledAtMs: Math.round(at) },
      ]),
    ),
  };
}

/**
 * Writes a transaction's outcomes in one guarded statement: attempts, orders, one movement and the stock.
 *
 * The stock's version and its units are stated again in the `where`; the lock makes them true, this proves it.
 *
 * @param settledAtMs  of all of them
 * @throws when the guard does not hold (nothing is written), pg.DatabaseError 22… or 23… when a row cannot be written
 */
export async function writeSettled(
  { tx, stockId }: LockedStock,
  facts: SettleFacts,
  attempts: readonly DecidedAttempt[],
  settledAtMs: number,
): Promise<void> {
  const units = attempts.reduce(
    (sum, { outcome, quantity }) => sum + (outcome === 'confirmed' ? quantity : 0),
    0,
  );
  const { rows } = await tx.raw<{ rows: unknown[] }>(
    `with decided as (
       select * from unnest(?::uuid[], ?::uuid[], ?::int[], ?::bigint[], ?::text[], ?::text[], ?::float8[], ?::uuid[])
                       as a(id, user_id, quantity, sequence, key, reason, admitted_at, order_id)
     ), attempt as (
       insert into purchase_attempts
              (id, sale_id, user_id, quantity, sequence, idempotency_key, outcome, reason, admitted_at, settled_at)
       select id, ?, user_id, quantity, sequence, key, case when order_id is null then 'rejected' else 'confirmed' end,
              reason, to_timestamp(admitted_at / 1000.0), to_timestamp(?::float8 / 1000.0)
         from decided
     ), sold as (
       insert into orders (id, attempt_id, sale_id, product_id, user_id, quantity, unit_price_minor, currency)
       select order_id, id, ?, ?, user_id, quantity, ?, ? from decided where order_id is not null
     ), movement as (
       insert into stock_movements (stock_id, delta, cause) select ?, -?::int, 'settled' where ?::int > 0
     )
     update stocks set sold = sold + ?::int, version = version + 1
      where id = ? and version = ? and sold + ?::int <= total
  returning id`,
    [
      sqlArray(attempts.map((attempt) => attempt.attemptId)),
      sqlArray(attempts.map((attempt) => attempt.shopperId)),
      sqlArray(attempts.map((attempt) => attempt.quantity)),
      sqlArray(attempts.map((attempt) => attempt.sequence)),
      sqlArray(attempts.map((attempt) => attempt.idempotencyKey)),
      sqlArray(attempts.map((attempt) => (attempt.outcome === 'rejected' ? attempt.reason : null))),
      sqlArray(attempts.map((attempt) => attempt.admittedAtMs)),
      sqlArray(attempts.map((attempt) => (attempt.outcome === 'confirmed' ? attempt.orderId : null))),
      facts.saleId,
      settledAtMs,
      facts.saleId,
      facts.productId,
      facts.unitPriceMinor,
      facts.currency,
      stockId,
      units,
      units,
      units,
      stockId,
      facts.version,
      units,
    ],
  );
  if (rows.length !== 1) throw new Error(`stock ${stockId} changed under its lock`);
}

/**
 * Gives an attempt that can never be written a `rejected` row of the barest kind, unless it has a row already.
 *
 * What cannot be stored is brought into range or left out (quantity; sequence and key, which another row may hold). Its
 * instant is in whole milliseconds, so that every reading of it is the same.
 *
 * @returns the outcome of whichever row won
 */
export async function writeSetAside(
  { tx }: LockedStock,
  saleId: string,
  attempt: AdmittedAttempt,
): Promise<Outcome & { settledAtMs: number }> {
  await tx.raw(
    `insert into purchase_attempts (id, sale_id, user_id, quantity, outcome, reason, admitted_at, settled_at)
     values (?, ?, ?, least(greatest(?::numeric, 1), 1000)::int, 'rejected', 'set_aside', to_timestamp(? / 1000.0),
             date_trunc('milliseconds', now()))
     on conflict do nothing`,
    [attempt.attemptId, saleId, attempt.shopperId, attempt.quantity, attempt.admittedAtMs],
  );
  const { rows } = await tx.raw<{
    rows: { outcome: Outcome['outcome']; reason: RejectionReason; order_id: string; settled_at: Date }[];
  }>(
    `select a.outcome, a.reason, o.id as order_id, a.settled_at
       from purchase_attempts a left join orders o on o.attempt_id = a.id where a.id = ?`,
    [attempt.attemptId],
  );
  const row = rows[0];
  if (!row) throw new Error(`attempt ${attempt.attemptId} could not be set aside`);
  const settledAtMs = row.settled_at.getTime();
  return row.outcome === 'confirmed'
    ? { outcome: 'confirmed', orderId: row.order_id, settledAtMs }
    : { outcome: 'rejected', reason: row.reason, settledAtMs };
}
