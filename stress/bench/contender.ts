import type { InvariantBody } from '../../src/contracts/http.ts';
import type { JournalEntry } from '../../src/features/purchase/journal.ts';
import type { Database } from '../../src/infrastructure/postgres/database.ts';
import type { ContenderName } from './measurement.ts';
import type { Pids } from './process-usage.ts';

/** Something that answers HTTP on this machine. */
export interface Contender {
  name: ContenderName;
  url: string;
  /** Its processes now, by role: `api`, `worker`, `server`, `redis`, `postgres`. */
  pids(): Promise<Pids>;
}

/** A contender that sells. */
export interface Seller extends Contender {
  db: Database;
  /** An open sale, one unit a shopper, that every process decides on. */
  openSale(stock: number): Promise<string>;
  /** Units that are committed, and units that are promised and not committed. */
  readProgress(saleId: string): Promise<{ sold: number; queued: number }>;
  /** Attempts by what the gate said. */
  readCounts(saleId: string): Promise<Record<string, number>>;
  /** @returns whether everything is settled within that time */
  waitForDrain(saleId: string, withinMs: number): Promise<boolean>;
  /** @param journal  what clients saw, where they keep one; wrk does not */
  checkPromises(saleId: string, journal?: readonly JournalEntry[]): Promise<InvariantBody[]>;
  /** Leaves nothing behind that the next work would meet. */
  tidy(saleId: string): Promise<void>;
}
