import { epochKeys, saleKeys } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import { shortId, uuidOf } from '../../utils/short-id.ts';
import { parseInflight, type AdmittedAttempt } from '../purchase/purchase.model.ts';

export interface InFlightDeps {
  redis: Redis;
  /** The sales whose gate may know an attempt. */
  liveSaleIds: () => Promise<string[]>;
}

export type InFlight = AdmittedAttempt & { saleId: string; batchId: string };

/**
 * An attempt that was admitted and is not announced yet. It may have been decided a moment ago: ask PostgreSQL after this,
 * not before, and one of the two has it.
 */
export async function findInFlight(
  { redis, liveSaleIds }: InFlightDeps,
  attemptId: string,
): Promise<InFlight | null> {
  for (const saleId of await liveSaleIds()) {
    const record = await redis.hget(await inflightKey(redis, saleId), shortId(attemptId));
    if (record !== null) return { ...parseInflight(attemptId, record), saleId };
  }
  return null;
}

/** Entries a step of the scan: about 100 kB, half a millisecond of Redis. */
const SCANNED_AT_ONCE = 1_000;

/**
 * A shopper's attempts that were admitted and are not announced yet. Nothing lists them by shopper, for only operators ask:
 * every attempt in flight is looked at, in small steps that a crowd at the gate does not notice.
 */
export async function listInFlightOf(
  { redis, liveSaleIds }: InFlightDeps,
  shopperId: string,
): Promise<InFlight[]> {
  const start = `${shortId(shopperId)}|`;
  const found = new Map<string, InFlight>(); // a scan may show an entry twice
  for (const saleId of await liveSaleIds()) {
    const key = await inflightKey(redis, saleId);
    let cursor = '0';
    do {
      const [next, entries] = await redis.hscan(key, cursor, 'COUNT', SCANNED_AT_ONCE);
      for (let at = 0; at + 1 < entries.length; at += 2) {
        const [id, record] = [entries[at] ?? '', entries[at + 1] ?? ''];
        if (!record.startsWith(start)) continue;
        const attemptId = uuidOf(id);
        found.set(attemptId, { ...parseInflight(attemptId, record), saleId });
      }
      cursor = next;
    } while (cursor !== '0');
  }
  return [...found.values()];
}

async function inflightKey(redis: Redis, saleId: string): Promise<string> {
  const epoch = Number((await redis.hget(saleKeys(saleId).gate, 'epoch')) ?? 0);
  return epochKeys(saleId, epoch).inflight;
}
