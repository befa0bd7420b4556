import type { SearchBody } from '../../contracts/operator-http.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';

export interface StoredOrder {
  orderId: string;
  quantity: number;
  unitPriceMinor: number;
  currency: string;
  createdAt: Date;
  cancelledAt: Date | null;
  toldAt: Date | null;
}

export async function findOrderOfAttempt(db: Database, attemptId: string): Promise<StoredOrder | null> {
  const { rows } = await db.raw<{ rows: StoredOrder[] }>(
    `select id as "orderId", quantity, unit_price_minor as "unitPriceMinor", currency, created_at as "createdAt",
            cancelled_at as "cancelledAt", cancellation_told_at as "toldAt"
       from orders where attempt_id = ?`,
    [attemptId],
  );
  return rows[0] ?? null;
}

const MOST_FOUND = 100;

/**
 * Decided attempts with this id, of this order, or of this user, newest first. A user's are looked for sale by sale: that
 * is what there is an index for.
 */
export async function findAttempts(
  db: Database,
  { id, userId }: { id: string; userId: string | undefined },
): Promise<SearchBody['attempts']> {
  const columns = `a.id as "attemptId", a.sale_id as "saleId", a.user_id as "userId", a.quantity, a.outcome as status,
                   a.admitted_at as at`;
  const { rows } = await db.raw<{ rows: (Omit<SearchBody['attempts'][0], 'at'> & { at: Date })[] }>(
    userId === undefined
      ? `select ${columns} from purchase_attempts a
          where a.id = :id or a.id = (select attempt_id from orders where id = :id)`
      : `select ${columns} from flash_sales f
          cross join lateral (select * from purchase_attempts where sale_id = f.id and user_id = :userId limit ${MOST_FOUND}) a
          order by a.admitted_at desc limit ${MOST_FOUND}`,
    userId === undefined ? { id } : { userId },
  );
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

/** Orders with this id, of this attempt, or of this user, newest first. */
export async function findOrders(
  db: Database,
  { id, userId }: { id: string; userId: string | undefined },
): Promise<SearchBody['orders']> {
  const { rows } = await db.raw<{ rows: (Omit<SearchBody['orders'][0], 'at'> & { at: Date })[] }>(
    `select id as "orderId", attempt_id as "attemptId", sale_id as "saleId", user_id as "userId", quantity, status,
            created_at as at
       from orders where ${userId === undefined ? 'id = :id or attempt_id = :id' : 'user_id = :userId'}
      order by created_at desc limit ${MOST_FOUND}`,
    userId === undefined ? { id } : { userId },
  );
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}
