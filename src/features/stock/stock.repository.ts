import type { LockedStock } from '../../infrastructure/postgres/advisory-lock.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';

export interface StockRow {
  saleId: string;
  total: number;
  sold: number;
  epoch: number;
}

export async function readLockedStock({ tx, stockId }: LockedStock): Promise<StockRow> {
  const { rows } = await tx.raw<{ rows: StockRow[] }>(
    'select sale_id as "saleId", total, sold, gate_epoch as epoch from stocks where id = ?',
    [stockId],
  );
  if (!rows[0]) throw new Error(`there is no stock ${stockId}`);
  return rows[0];
}

/**
 * Writes a change of a stock's units and its movement.
 *
 * @throws when the units are not there (the caller has looked, under the lock); nothing is written
 */
export async function writeMovement(
  { tx, stockId }: LockedStock,
  change: { changeId: string; total?: number; sold?: number; cause: 'operator' | 'cancellation' },
): Promise<{ total: number; sold: number }> {
  const { changeId, total = 0, sold = 0, cause } = change;
  const { rows } = await tx.raw<{ rows: { total: number; sold: number }[] }>(
    `with movement as (
       insert into stock_movements (stock_id, delta, cause, change_id) values (:stockId, :total::int - :sold::int, :cause, :changeId)
     )
     update stocks set total = total + :total::int, sold = sold + :sold::int, version = version + 1
      where id = :stockId and sold + :sold::int between 0 and total + :total::int
  returning total, sold`,
    { stockId, total, sold, cause, changeId },
  );
  if (!rows[0]) throw new Error(`stock ${stockId} has not the units of change ${changeId}`);
  return rows[0];
}

/** Whether a change has been made. */
export async function isChangeMade(db: Database, changeId: string): Promise<boolean> {
  const { rows } = await db.raw<{ rows: unknown[] }>('select 1 from stock_movements where change_id = ?', [
    changeId,
  ]);
  return rows.length > 0;
}
