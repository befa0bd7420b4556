import type { Database, Transaction } from './database.ts';

/** Every namespace of `pg_advisory_xact_lock(namespace, key)` in Stampede; one registry, so that none is used twice. */
export const LOCK_NAMESPACES = { stock: 7_101, rebuild: 7_102, demoSeed: 7_103 } as const;

declare const locked: unique symbol;

/** A stock whose advisory lock is held until its transaction ends. Only `withStockLock` makes one. */
export interface LockedStock {
  readonly tx: Transaction;
  readonly stockId: string;
  readonly [locked]: true;
}

/** The lock key of a stock: the first 32 bits of its (random) id. Two stocks that share one only wait for each other. */
export function stockLockKey(stockId: string): number {
  return Number.parseInt(stockId.slice(0, 8), 16) | 0;
}

/**
 * Runs `work` in one transaction that holds the stock's advisory lock until it commits or rolls back.
 *
 * The lock is taken in a statement of its own, before anything is read: the snapshot of a later statement then sees
 * what the previous holder committed. It is a transaction lock, never a session lock: knex and PgBouncer give a
 * session's connection to somebody else.
 *
 * @throws pg.DatabaseError 55P03 when the lock is not had within `lockTimeoutMs`; may be repeated
 */
export function withStockLock<T>(
  db: Database,
  stockId: string,
  work: (stock: LockedStock) => Promise<T>,
  { lockTimeoutMs = 3_000 }: { lockTimeoutMs?: number } = {},
): Promise<T> {
  return db.transaction(async (tx) => {
    // A holder that hangs is ended by the server (idle 3 s, statement 5 s): the stock is never locked for good.
    // One message, several statements, each with a snapshot of its own: one round trip less a transaction.
    await tx.raw(
      `set local lock_timeout = ${lockTimeoutMs}; set local statement_timeout = 5000;
       set local idle_in_transaction_session_timeout = 3000;
       select pg_advisory_xact_lock(${LOCK_NAMESPACES.stock}, ${stockLockKey(stockId)})`,
    );
    return work({ tx, stockId } as LockedStock);
  });
}
