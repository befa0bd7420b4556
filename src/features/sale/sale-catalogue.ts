import type { Database } from '../../infrastructure/postgres/database.ts';
import { SALE_LIST_KEY, saleDetailsKey } from '../../infrastructure/redis/keys.ts';
import { createReadThrough } from '../../infrastructure/redis/read-through.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import { findSale, listLiveSaleIds, listSales } from './sale.repository.ts';
import type { SaleDetails } from './sale.model.ts';

/** Redis keeps details for 30 min, a process for 1 s; both are ended by a change (`forget`). */
const KEPT_IN_REDIS_SEC = 1_800;
const KEPT_IN_PROCESS_MS = 1_000;
/** Ids that nobody knows are remembered too, so that a crowd asking for one costs nothing; the oldest go first. */
const MOST_UNKNOWN = 10_000;
const UNKNOWN_FOR_MS = 1_000;

interface Entry {
  details: SaleDetails;
  readAtMs: number;
}

/** The sales this process knows: from its memory, else Redis, else PostgreSQL. */
export class SaleCatalogue {
  readonly #db: Database;
  readonly #redis: Redis;
  readonly #readThrough;
  readonly #sales = new Map<string, Entry>();
  readonly #unknownUntil = new Map<string, number>();
  readonly #finding = new Map<string, Promise<SaleDetails | null>>();
  #live: { ids: string[]; readAtMs: number } | undefined;
  #list: { ids: string[]; readAtMs: number } | undefined;

  constructor({ db, redis }: { db: Database; redis: Redis }) {
    this.#db = db;
    this.#redis = redis;
    this.#readThrough = createReadThrough({ redis });
  }

  /** The sale as this process last saw it, without I/O: a sale, once made, stays, and so does its stock. */
  peek(saleId: string): SaleDetails | undefined {
    return this.#sales.get(saleId)?.details;
  }

  /** Sales this process has been asked for; where an attempt known by its id alone is looked for first. */
  rememberedIds(): string[] {
    return [...this.#sales.keys()];
  }

  /** All sales whose gate may know an attempt, remembered or not; at most a second old. */
  async liveIds(): Promise<string[]> {
    if (!this.#live || performance.now() - this.#live.readAtMs >= KEPT_IN_PROCESS_MS) {
      this.#live = { ids: await listLiveSaleIds(this.#db), readAtMs: performance.now() };
    }
    return this.#live.ids;
  }

  /** @returns the sale's details, at most a second old, or `null` when there is no such sale */
  async find(saleId: string): Promise<SaleDetails | null> {
    const entry = this.#sales.get(saleId);
    if (entry && performance.now() - entry.readAtMs < KEPT_IN_PROCESS_MS) return entry.details;
    if ((this.#unknownUntil.get(saleId) ?? -Infinity) > performance.now()) return null;
    const already = this.#finding.get(saleId);
    if (already) return already;
    const finding = this.#read(saleId).finally(() => this.#finding.delete(saleId));
    this.#finding.set(saleId, finding);
    return finding;
  }

  /** The sales a page shows, in its order. */
  async list(): Promise<SaleDetails[]> {
    if (!this.#list || performance.now() - this.#list.readAtMs >= KEPT_IN_PROCESS_MS) {
      const sales = await this.#readThrough(SALE_LIST_KEY, KEPT_IN_REDIS_SEC, () => listSales(this.#db));
      for (const details of sales) this.#sales.set(details.saleId, { details, readAtMs: performance.now() });
      this.#list = { ids: sales.map(({ saleId }) => saleId), readAtMs: performance.now() };
    }
    return this.#list.ids.flatMap((saleId) => this.#sales.get(saleId)?.details ?? []);
  }

  /** This process reads the sale and the list anew; called when any process has changed them. */
  forget(saleId: string): void {
    const entry = this.#sales.get(saleId);
    if (entry) entry.readAtMs = -Infinity;
    this.#unknownUntil.delete(saleId);
    this.#list = undefined;
  }

  async #read(saleId: string): Promise<SaleDetails | null> {
    const details = await this.#readThrough(saleDetailsKey(saleId), KEPT_IN_REDIS_SEC, () =>
      findSale(this.#db, saleId),
    );
    if (details) {
      this.#sales.set(saleId, { details, readAtMs: performance.now() });
      return details;
    }
    await this.#redis.unlink(saleDetailsKey(saleId)).catch(() => undefined); // do not keep a "no" for half an hour
    if (this.#unknownUntil.size >= MOST_UNKNOWN) {
      for (const oldest of this.#unknownUntil.keys()) {
        this.#unknownUntil.delete(oldest);
        break;
      }
    }
    this.#unknownUntil.set(saleId, performance.now() + UNKNOWN_FOR_MS);
    return null;
  }
}

/** Ends what Redis keeps of a sale. Call after the change is committed and before it is published. */
export async function dropCachedSale(redis: Redis, saleId: string): Promise<void> {
  await Promise.all([redis.unlink(saleDetailsKey(saleId)), redis.unlink(SALE_LIST_KEY)]);
}
