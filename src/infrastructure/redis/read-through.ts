import { randomUUID } from 'node:crypto';
import type { Redis } from './redis.ts';
import { loadScript } from './script.ts';

const keepScript = loadScript(new URL('./keep-if-leased.lua', import.meta.url));

/** Longer than any read takes (statement_timeout 5 s); a reader that died keeps nobody from keeping for longer, ms. */
const LEASE_MS = 10_000;

export type ReadThrough = <Value>(key: string, keepSec: number, load: () => Promise<Value>) => Promise<Value>;

/**
 * Reads a JSON value from Redis, or loads and keeps it.
 *
 * A writer ends the value with `DEL`. The loader marks the key before it reads and keeps its value only if the mark is
 * still there, so a value loaded before a change is never kept after it ("leases", Nishtala et al., NSDI 2013).
 * Without Redis the value is loaded each time.
 */
export function createReadThrough({ redis }: { redis: Redis }): ReadThrough {
  return async <Value>(key: string, keepSec: number, load: () => Promise<Value>): Promise<Value> => {
    let lease: string | null = `lease:${randomUUID()}`;
    try {
      const kept = await redis.get(key);
      if (kept !== null && !kept.startsWith('lease:')) return JSON.parse(kept) as Value;
      const marked = await redis.set(key, lease, 'PX', LEASE_MS, 'NX');
      if (marked === null) lease = null; // another reader is loading it
    } catch {
      lease = null; // Redis is away: the source decides
    }
    const value = await load();
    if (lease !== null) {
      await keepScript.run(redis, [key], [lease, JSON.stringify(value), keepSec]).catch(() => undefined);
    }
    return value;
  };
}
