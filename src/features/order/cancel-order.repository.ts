import type { LockedStock } from '../../infrastructure/postgres/advisory-lock.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';

export interface SoldOrder {
  orderId: string;
  attemptId: string;
  saleId: string;
  saleName: string;
  stockId: string;
  shopperId: string;
  quantity: number;
}

const SELECT_ORDER = `
  select o.id as "orderId", o.attempt_id as "attemptId", o.sale_id as "saleId", f.name as "saleName", s.id as "stockId",
         o.user_id as "shopperId", o.quantity
    from orders o join flash_sales f on f.id = o.sale_id join stocks s on s.sale_id = o.sale_id`;

export async function findSoldOrder(db: Database, orderId: string): Promise<SoldOrder | null> {
  const { rows } = await db.raw<{ rows: SoldOrder[] }>(`${SELECT_ORDER} where o.id = ?`, [orderId]);
  return rows[0] ?? null;
}

/** Orders of a sale that were cancelled and whose cancellation may not be told yet. */
export async function listUntold(db: Database, saleId: string): Promise<SoldOrder[]> {
  const { rows } = await db.raw<{ rows: SoldOrder[] }>(
    `${SELECT_ORDER} where o.sale_id = ? and o.cancelled_at is not null and o.cancellation_told_at is null limit 100`,
    [saleId],
  );
  return rows;
}

/** @returns when it was cancelled, or null when it was already */
export async function writeCancelled({ tx }: LockedStock, orderId: string): Promise<Date | null> {
  const { rows } = await tx.raw<{ rows: { cancelled_at: Date }[] }>(
    `update orders set status = 'cancelled', cancelled_at = now() where id = ? and status = 'confirmed'
     returning cancelled_at`,
    [orderId],
  );
  return rows[0]?.cancelled_at ?? null;
}

export async function markTold(db: Database, orderId: string): Promise<void> {
  await db.raw('update orders set cancellation_told_at = now() where id = ?', [orderId]);
}
