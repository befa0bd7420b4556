import type { Database } from '../../src/infrastructure/postgres/database.ts';
import { sqlArray } from '../../src/infrastructure/postgres/database.ts';

/** An attempt with its outcome; both times are on the gate's clock, epoch ms. */
export interface SettledAttempt {
  id: string;
  sale_id: string;
  outcome: 'confirmed' | 'rejected';
  admitted: number;
  settled: number;
}

/** Every attempt of these sales. */
export async function readSettled(db: Database, saleIds: readonly string[]): Promise<SettledAttempt[]> {
  const { rows } = await db.raw<{ rows: SettledAttempt[] }>(
    `select id, sale_id, outcome, extract(epoch from admitted_at)::float8 * 1000 as admitted,
            extract(epoch from settled_at)::float8 * 1000 as settled
       from purchase_attempts where sale_id = any(?::uuid[])`,
    [sqlArray(saleIds)],
  );
  return rows;
}
