import { saleKeys } from '../../src/infrastructure/redis/keys.ts';
import { serverOf, type Redis } from '../../src/infrastructure/redis/redis.ts';

/** What Redis keeps of one sale. */
export interface SaleMemory {
  bytes: number;
  /** By the last word of a key, as `known` or `shoppers`; those of one shopper or one second together. */
  bytesByKind: Record<string, number>;
  /** Attempts that are admitted and not settled, of any epoch. */
  inflight: number;
  /** Keys that would stay for good. */
  withoutExpiry: string[];
}

/** Reads every key of a sale. (All of Redis before and after would count what expires of earlier works.) */
export async function readSaleMemory(redis: Redis, saleId: string): Promise<SaleMemory> {
  const memory: SaleMemory = { bytes: 0, bytesByKind: {}, inflight: 0, withoutExpiry: [] };
  const { prefix } = saleKeys(saleId);
  // SCAN may tell a key twice.
  const seen = new Set<string>();
  for await (const keys of serverOf(redis, prefix).scanStream({
    match: `${prefix}*`,
    count: 5_000,
  }) as AsyncIterable<string[]>) {
    const unseen = keys.filter((key) => !seen.has(key));
    unseen.forEach((key) => seen.add(key));
    const pipeline = redis.pipeline();
    for (const key of unseen) pipeline.memory('USAGE', key, 'SAMPLES', 100).pttl(key);
    const replies = (await pipeline.exec()) ?? [];
    for (const [index, key] of unseen.entries()) {
      const [used, leftMs] = [replies[2 * index]?.[1], replies[2 * index + 1]?.[1]];
      // A key that has expired in between takes nothing.
      if (typeof used !== 'number') continue;
      const kind = kindOf(key.slice(prefix.length));
      memory.bytes += used;
      memory.bytesByKind[kind] = (memory.bytesByKind[kind] ?? 0) + used;
      if (kind === 'inflight') memory.inflight += await redis.hlen(key);
      if (leftMs === -1) memory.withoutExpiry.push(key);
    }
  }
  return memory;
}

/** `e3:inflight` → `inflight`, `tries:<shopper>` → `tries`. */
function kindOf(name: string): string {
  const [first = '', second] = name.split(':');
  return /^e\d+$/.test(first) ? (second ?? first) : first;
}
