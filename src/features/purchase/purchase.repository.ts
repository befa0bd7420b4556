import type { Database } from '../../infrastructure/postgres/database.ts';
import type { DecidedAttempt } from './purchase.model.ts';
import { decidedFromRow, type DecidedRow } from './rebuild.repository.ts';

type FoundAttempt = DecidedAttempt & { saleId: string };

const SELECT_DECIDED = `
  select a.id, a.sale_id, a.user_id, a.quantity, a.sequence, a.idempotency_key, a.outcome, a.reason, o.id as order_id,
         a.admitted_at, a.settled_at
    from purchase_attempts a left join orders o on o.attempt_id = a.id`;

export async function findDecided(db: Database, attemptId: string): Promise<FoundAttempt | null> {
  const { rows } = await db.raw<{ rows: (DecidedRow & { sale_id: string })[] }>(
    `${SELECT_DECIDED} where a.id = ?`,
    [attemptId],
  );
  return rows[0] ? { ...decidedFromRow(rows[0]), saleId: rows[0].sale_id } : null;
}

/** The shopper's latest decided attempt on a sale. */
export async function findLatestDecided(
  db: Database,
  saleId: string,
  shopperId: string,
): Promise<FoundAttempt | null> {
  const { rows } = await db.raw<{ rows: (DecidedRow & { sale_id: string })[] }>(
    `${SELECT_DECIDED} where a.sale_id = ? and a.user_id = ? order by a.sequence desc nulls last limit 1`,
    [saleId, shopperId],
  );
  return rows[0] ? { ...decidedFromRow(rows[0]), saleId: rows[0].sale_id } : null;
}
