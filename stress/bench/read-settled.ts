import type { Database } from '../../src/infrastructure/postgres/database.ts';
import type { Latency } from './measurement.ts';

/** @throws when there is no such sale */
export async function readSold(db: Database, saleId: string): Promise<{ total: number; sold: number }> {
  const { rows } = await db.raw<{ rows: { total: number; sold: number }[] }>(
    'select total, sold from stocks where sale_id = ?',
    [saleId],
  );
  if (!rows[0]) throw new Error(`there is no sale ${saleId}`);
  return rows[0];
}

export interface Settled {
  confirmed: number;
  rejected: number;
  /** Of the first promise, epoch ms on the gate's clock. */
  firstAdmittedAtMs: number;
  lastAdmittedAtMs: number;
  /** From the first promise to the last transaction. */
  seconds: number;
  /** From each promise to its transaction. */
  settleMs: Latency;
}

interface SettledRow {
  confirmed: number;
  rejected: number;
  first: number | null;
  last: number | null;
  settled: number | null;
  percentiles: number[] | null;
}

/**
 * Everything PostgreSQL knows of a drained sale's attempts, counted there: a million rows stay where they are.
 *
 * @param fromMs  only attempts admitted at or after this, epoch ms on the gate's clock
 */
export async function readSettled(db: Database, saleId: string, fromMs = 0): Promise<Settled> {
  const { rows } = await db.raw<{ rows: SettledRow[] }>(
    `select count(*) filter (where outcome = 'confirmed')::int as confirmed,
            count(*) filter (where outcome <> 'confirmed')::int as rejected,
            extract(epoch from min(admitted_at))::float8 * 1000 as first,
            extract(epoch from max(admitted_at))::float8 * 1000 as last,
            extract(epoch from max(settled_at))::float8 * 1000 as settled,
            percentile_disc(array[0.5, 0.95, 0.99, 0.999, 1]) within group (
              order by greatest(0, extract(epoch from settled_at - admitted_at)::float8 * 1000)
            ) as percentiles
       from purchase_attempts where sale_id = ? and admitted_at >= to_timestamp(?::float8 / 1000)`,
    [saleId, fromMs],
  );
  const { confirmed = 0, rejected = 0, first, last, settled, percentiles } = rows[0] ?? {};
  const [p50 = 0, p95 = 0, p99 = 0, p999 = 0, max = 0] = percentiles ?? [];
  return {
    confirmed,
    rejected,
    firstAdmittedAtMs: first ?? Infinity,
    lastAdmittedAtMs: last ?? 0,
    seconds: Math.max(0.001, ((settled ?? 0) - (first ?? 0)) / 1000),
    settleMs: { p50, p95, p99, p999, max },
  };
}
