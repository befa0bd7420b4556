import type { Database } from '../../infrastructure/postgres/database.ts';
import { csvLine } from '../../utils/csv.ts';

/** Rows a statement and a chunk of the answer: what an export holds in memory, however long it is. */
const PAGE = 5_000;

type Cells = (string | number | Date | null)[];

/**
 * A sale's orders as CSV, first come first: pages by the attempts' sequence, which has an index already. What is sold while
 * it is read comes last or not at all.
 */
export async function* readOrdersCsv(db: Database, saleId: string): AsyncGenerator<string> {
  const columns = ['order_id', 'attempt_id', 'sequence', 'user_id', 'email', 'name', 'quantity'];
  yield csvLine([...columns, 'unit_price_minor', 'currency', 'status', 'created_at', 'cancelled_at']);
  yield* pages((after) =>
    db.raw(
      `select a.sequence, o.id, o.attempt_id, o.user_id, u.email, u.name, o.quantity, o.unit_price_minor, o.currency,
              o.status, o.created_at, o.cancelled_at
         from purchase_attempts a join orders o on o.attempt_id = a.id join users u on u.id = o.user_id
        where a.sale_id = ? and a.sequence > ? order by a.sequence limit ${PAGE}`,
      [saleId, after],
    ),
  )((row) => [
    ...[row.id, row.attempt_id, row.sequence, row.user_id, row.email, row.name, row.quantity],
    ...[row.unit_price_minor, row.currency, row.status, row.created_at, row.cancelled_at],
  ]);
}

/** A sale's decided attempts as CSV, first come first; those that were set aside (without a sequence) last. */
export async function* readAttemptsCsv(db: Database, saleId: string): AsyncGenerator<string> {
  const columns = ['attempt_id', 'sequence', 'user_id', 'quantity', 'outcome', 'reason', 'idempotency_key'];
  yield csvLine([...columns, 'admitted_at', 'settled_at', 'order_id']);
  const select = `
    select a.sequence, a.id, a.user_id, a.quantity, a.outcome, a.reason, a.idempotency_key, a.admitted_at,
           a.settled_at, o.id as order_id
      from purchase_attempts a left join orders o on o.attempt_id = a.id where a.sale_id = ?`;
  const present = (row: Row): Cells => [
    ...[row.id, row.sequence, row.user_id, row.quantity, row.outcome, row.reason, row.idempotency_key],
    ...[row.admitted_at, row.settled_at, row.order_id],
  ];
  yield* pages((after) =>
    db.raw(`${select} and a.sequence > ? order by a.sequence limit ${PAGE}`, [saleId, after]),
  )(present);
  const { rows } = await db.raw<{ rows: Row[] }>(
    `${select} and a.sequence is null order by a.id limit ${PAGE}`,
    [saleId],
  );
  if (rows.length > 0) yield rows.map((row) => csvLine(present(row))).join('');
}

/** How many lines the export of a sale's orders will have, its header apart. */
export function countOrders(db: Database, saleId: string): Promise<number> {
  return countRows(db, 'orders', saleId);
}

/** The same of its decided attempts. */
export function countAttempts(db: Database, saleId: string): Promise<number> {
  return countRows(db, 'purchase_attempts', saleId);
}

async function countRows(
  db: Database,
  table: 'orders' | 'purchase_attempts',
  saleId: string,
): Promise<number> {
  const [row] = await db(table).where({ sale_id: saleId }).count<{ count: string | number }[]>('* as count');
  return Number(row?.count ?? 0);
}

type Row = Record<
  'id' | 'attempt_id' | 'user_id' | 'email' | 'name' | 'currency' | 'status' | 'outcome' | 'reason',
  string
> &
  Record<'sequence' | 'quantity' | 'unit_price_minor', number> &
  Record<'created_at' | 'admitted_at' | 'settled_at', Date> & {
    cancelled_at: Date | null;
    idempotency_key: string | null;
    order_id: string | null;
  };

function pages(read: (after: number) => PromiseLike<unknown>) {
  return async function* (present: (row: Row) => Cells): AsyncGenerator<string> {
    let after = -1;
    for (;;) {
      const { rows } = (await read(after)) as { rows: Row[] };
      if (rows.length > 0) yield rows.map((row) => csvLine(present(row))).join('');
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) return;
      after = last.sequence;
    }
  };
}
