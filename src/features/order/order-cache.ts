import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { OrderPageBody } from '../../contracts/http.ts';
import type { Logger } from '../../infrastructure/logging/logger.ts';
import { ordersCacheKey } from '../../infrastructure/redis/keys.ts';
import { loadScript } from '../../infrastructure/redis/script.ts';

export type ReadPage = () => Promise<OrderPageBody>;

export interface OrderCache {
  /** The first page of a user's orders as kept, else as `read` returns it, which is kept for 5 minutes. */
  firstPage(userId: string, read: ReadPage): Promise<OrderPageBody>;
}

const KEPT_MS = 5 * 60_000;
/** Longer than any read takes (statement_timeout 5 s); a reader that died blocks keeping no longer. */
const LEASE_MS = 10_000;
const LEASE_PREFIX = 'lease:';

const keepPage = loadScript(new URL('./keep-page.lua', import.meta.url));

/**
 * Keeps first pages in Redis; deleting the key ends one.
 *
 * A reader takes a lease on the key before it reads and keeps the page only while the lease stands: else a page read
 * just before a settle could be kept just after the settle deleted it, and hide the new order for 5 minutes (the
 * leases of "Scaling Memcache at Facebook", 3.2.1). Without Redis every page is read.
 */
export function createOrderCache({ redis, logger }: { redis: Redis; logger: Logger }): OrderCache {
  async function orElse<T>(work: Promise<T>, fallback: T): Promise<T> {
    try {
      return await work;
    } catch (error) {
      logger.debug('the order cache does not answer', { error });
      return fallback;
    }
  }

  return {
    firstPage: async (userId, read) => {
      const key = ordersCacheKey(userId);
      const kept = await orElse(redis.get(key), LEASE_PREFIX);
      if (kept !== null && !kept.startsWith(LEASE_PREFIX)) return JSON.parse(kept) as OrderPageBody;

      const lease = `${LEASE_PREFIX}${randomUUID()}`;
      const isOurs =
        kept === null && (await orElse(redis.set(key, lease, 'PX', LEASE_MS, 'NX'), null)) === 'OK';
      const page = await read();
      if (isOurs) await orElse(keepPage.run(redis, [key], [lease, JSON.stringify(page), KEPT_MS]), 0);
      return page;
    },
  };
}
