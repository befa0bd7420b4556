import { randomUUID } from 'node:crypto';
import { sqlArray, type Database } from '../../src/infrastructure/postgres/database.ts';

/** As many as our largest transaction has. */
const ROWS_PER_INSERT = 500;

/**
 * A ceiling: the rows of so many settled attempts (attempt and order each, one movement a batch) by plain multi-row
 * inserts of 500 into the same tables, one committed transaction after the other. No lock, nothing read, nothing
 * decided.
 *
 * @param userIds  existing users, one attempt each
 * @returns how long it took, s; the rows' preparation does not count
 */
export async function insertRows(
  db: Database,
  sale: { saleId: string; stockId: string; productId: string },
  userIds: readonly string[],
): Promise<number> {
  const batches: string[][] = [];
  for (let at = 0; at < userIds.length; at += ROWS_PER_INSERT)
    batches.push(userIds.slice(at, at + ROWS_PER_INSERT));
  const prepared = batches.map((users, index) => ({
    users,
    attempts: users.map(() => randomUUID()),
    orders: users.map(() => randomUUID()),
    sequences: users.map((_, at) => index * ROWS_PER_INSERT + at + 1),
    keys: users.map((_, at) => `insert-${index * ROWS_PER_INSERT + at}`),
  }));
  const startedAt = performance.now();
  for (const { users, attempts, orders, sequences, keys } of prepared) {
    await db.raw(
      `with attempt as (
         insert into purchase_attempts
                (id, sale_id, user_id, quantity, sequence, idempotency_key, outcome, admitted_at)
         select id, ?, user_id, 1, sequence, key, 'confirmed', now()
           from unnest(?::uuid[], ?::uuid[], ?::bigint[], ?::text[]) as a(id, user_id, sequence, key)
       ), movement as (
         insert into stock_movements (stock_id, delta, cause) values (?, ?, 'settled')
       )
       insert into orders (id, attempt_id, sale_id, product_id, user_id, quantity, unit_price_minor, currency)
       select id, attempt_id, ?, ?, user_id, 1, 4900, 'EUR'
         from unnest(?::uuid[], ?::uuid[], ?::uuid[]) as o(id, attempt_id, user_id)`,
      [
        sale.saleId,
        sqlArray(attempts),
        sqlArray(users),
        sqlArray(sequences),
        sqlArray(keys),
        sale.stockId,
        -users.length,
        sale.saleId,
        sale.productId,
        sqlArray(orders),
        sqlArray(attempts),
        sqlArray(users),
      ],
    );
  }
  return (performance.now() - startedAt) / 1000;
}
