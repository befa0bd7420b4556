import type { Database } from '../../src/infrastructure/postgres/database.ts';
import type { Latency } from './measurement.ts';
import { latencyOf } from './statistics.ts';

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
  settleMs: Latency;
}

/** Everything PostgreSQL knows of a drained sale's attempts. */
export async function readSettled(db: Database, saleId: string): Promise<Settled> {
  const { rows } = await db.raw<{ rows: { outcome: string; admitted: number; settled: number }[] }>(
    `select outcome, extract(epoch from admitted_at)::float8 * 1000 as admitted,
            extract(epoch from settled_at)::float8 * 1000 as settled
       from purchase_attempts where sale_id = ?`,
    [saleId],
  );
  const [first, last] = rows.reduce(
    ([from, to], { admitted, settled }) => [Math.min(from, admitted), Math.max(to, settled)],
    [Infinity, -Infinity],
  );
  const confirmed = rows.filter(({ outcome }) => outcome === 'confirmed').length;
  return {
    confirmed,
    rejected: rows.length - confirmed,
    firstAdmittedAtMs: first,
    lastAdmittedAtMs: rows.reduce((latest, { admitted }) => Math.max(latest, admitted), 0),
    seconds: Math.max(0.001, (last - first) / 1000),
    settleMs: latencyOf(rows.map(({ admitted, settled }) => Math.max(0, settled - admitted))),
  };
}
