import type { Database } from '../../infrastructure/postgres/database.ts';
import { withStockLock } from '../../infrastructure/postgres/advisory-lock.ts';
import { EPOCH_SPAN } from '../../utils/sequence.ts';
import type { RejectionReason } from '../../contracts/error-catalogue.ts';
import type { DecidedAttempt } from './purchase.model.ts';

/** What a sale's gate is made of when all that is left is PostgreSQL. */
export interface GateFacts {
  saleId: string;
  stockId: string;
  /** The sale's version in PostgreSQL. */
  saleVersion: number;
  state: 'active' | 'paused' | 'stopped';
  startsAtMs: number;
  endsAtMs: number;
  perShopperLimit: number;
  total: number;
  sold: number;
  epoch: number;
  boughtByShopper: [shopperId: string, units: number][];
}

/**
 * Raises the sale's epoch under the stock's lock, which fences every older rebuild. The new epoch is above every
 * sequence that was settled, so that what it admits comes after.
 *
 * @param seenEpoch  the epoch the caller found its gate unusable in
 * @param above      the gate's own epoch; higher than PostgreSQL's only when PostgreSQL was restored from a backup
 * @returns the new epoch, or `null` when somebody else has raised it since
 */
export async function raiseEpoch(
  db: Database,
  stockId: string,
  { seenEpoch, above }: { seenEpoch: number; above: number },
): Promise<number | null> {
  return withStockLock(db, stockId, async ({ tx }) => {
    const { rows } = await tx.raw<{ rows: { gate_epoch: number }[] }>(
      `update stocks set gate_epoch = 1 + greatest(gate_epoch, ?::int,
              (select max(sequence) / ${EPOCH_SPAN} from purchase_attempts where sale_id = stocks.sale_id))
        where id = ? and gate_epoch = ? returning gate_epoch`,
      [above, stockId, seenEpoch],
    );
    return rows[0]?.gate_epoch ?? null;
  });
}

/**
 * Reads what is sold and to whom at one instant, under the stock's lock: nothing settles in between.
 *
 * @param inflightIds  attempts the old gate still had in flight
 * @returns the facts, and which of those attempts have an outcome already
 */
export async function readGateFacts(
  db: Database,
  stockId: string,
  inflightIds: readonly string[],
): Promise<{ facts: GateFacts; settledIds: Set<string> }> {
  return withStockLock(db, stockId, async ({ tx }) => {
    const { rows } = await tx.raw<{
      rows: {
        sale_id: string;
        version: number;
        state: GateFacts['state'];
        starts_at: Date;
        ends_at: Date;
        per_shopper_limit: number;
        total: number;
        sold: number;
        gate_epoch: number;
        settled_ids: string[];
      }[];
    }>(
      `select f.id as sale_id, f.version, f.state, f.starts_at, f.ends_at, f.per_shopper_limit, s.total, s.sold, s.gate_epoch,
              (select coalesce(array_agg(id::text), '{}') from purchase_attempts where id = any(?::uuid[])) as settled_ids
         from stocks s join flash_sales f on f.id = s.sale_id where s.id = ?`,
      [inflightIds as string[], stockId],
    );
    const row = rows[0];
    if (!row) throw new Error(`there is no stock ${stockId}`);
    const bought = await tx.raw<{ rows: { user_id: string; units: number }[] }>(
      `select user_id, sum(quantity)::int as units from orders where sale_id = ? and status = 'confirmed' group by user_id`,
      [row.sale_id],
    );
    return {
      facts: {
        saleId: row.sale_id,
        stockId,
        saleVersion: row.version,
        state: row.state,
        startsAtMs: row.starts_at.getTime(),
        endsAtMs: row.ends_at.getTime(),
        perShopperLimit: row.per_shopper_limit,
        total: row.total,
        sold: row.sold,
        epoch: row.gate_epoch,
        boughtByShopper: bought.rows.map(({ user_id, units }) => [user_id, units]),
      },
      settledIds: new Set(row.settled_ids),
    };
  });
}

/** Every decided attempt of a sale in order of id, `chunk` at a time (keyset, so that a million is no burden). */
export async function* readDecided(
  db: Database,
  saleId: string,
  chunk = 5_000,
): AsyncGenerator<DecidedAttempt[]> {
  let afterId = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    // Orders have the key too: their index is else read from its beginning for every chunk (1.2 s instead of 0.1 s half-way
    // through a million).
    const { rows } = await db.raw<{ rows: DecidedRow[] }>(
      `select a.id, a.user_id, a.quantity, a.sequence, a.idempotency_key, a.outcome, a.reason, o.id as order_id,
              a.admitted_at, a.settled_at
         from purchase_attempts a left join orders o on o.attempt_id = a.id and o.attempt_id > :afterId
        where a.sale_id = :saleId and a.id > :afterId order by a.id limit :chunk`,
      { saleId, afterId, chunk },
    );
    if (rows.length > 0) yield rows.map(decidedFromRow);
    const last = rows.at(-1);
    if (!last || rows.length < chunk) return;
    afterId = last.id;
  }
}

export interface DecidedRow {
  id: string;
  user_id: string;
  quantity: number;
  sequence: number | null;
  idempotency_key: string | null;
  outcome: 'confirmed' | 'rejected';
  reason: RejectionReason | null;
  order_id: string | null;
  admitted_at: Date;
  settled_at: Date;
}

export function decidedFromRow(row: DecidedRow): DecidedAttempt {
  const attempt = {
    attemptId: row.id,
    shopperId: row.user_id,
    quantity: row.quantity,
    sequence: row.sequence ?? 0,
    idempotencyKey: row.idempotency_key,
    admittedAtMs: row.admitted_at.getTime(),
    settledAtMs: row.settled_at.getTime(),
  };
  return row.outcome === 'confirmed'
    ? { outcome: 'confirmed', orderId: row.order_id ?? '', ...attempt }
    : { outcome: 'rejected', reason: row.reason ?? 'set_aside', ...attempt };
}
