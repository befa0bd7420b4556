import type { InstanceSampleBody, LiveEventBody, SaleSampleBody } from '../../contracts/live-http.ts';
import { HISTORY_KEYS, saleHistoryKey } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';

/** The past that is kept: an hour by the second. */
export const HISTORY_SEC = 3_600;
const MOST_EVENTS = 500;
/** A sample of a second is written within the next ones; what is asked for reaches back so much further, s. */
const LATE_SEC = 5;

/** What was recorded in one round. */
export interface Recorded {
  instance: InstanceSampleBody;
  sales: ReadonlyMap<string, SaleSampleBody>;
  events: readonly LiveEventBody[];
}

/** Adds one round to what is kept; each list stays an hour long and goes an hour after its last entry. */
export async function keepRecorded(redis: Redis, { instance, sales, events }: Recorded): Promise<void> {
  await Promise.all([
    push(redis, HISTORY_KEYS.instance, [instance], HISTORY_SEC),
    ...[...sales].map(([saleId, sample]) => push(redis, saleHistoryKey(saleId), [sample], HISTORY_SEC)),
    events.length > 0 && push(redis, HISTORY_KEYS.events, events, MOST_EVENTS),
  ]);
}

async function push(redis: Redis, key: string, entries: readonly object[], most: number): Promise<void> {
  await redis
    .pipeline()
    .lpush(key, ...entries.map((entry) => JSON.stringify(entry)))
    .ltrim(key, 0, most - 1)
    .expire(key, HISTORY_SEC)
    .exec();
}

/**
 * Reads what was kept after a moment, oldest first; a page that follows asks for a few entries, one that begins for an hour.
 *
 * @param sinceSec, nowSec  epoch seconds
 */
export async function readHistory(
  redis: Redis,
  saleId: string,
  { sinceSec, nowSec }: { sinceSec: number; nowSec: number },
): Promise<{ sale: SaleSampleBody[]; instance: InstanceSampleBody[]; events: LiveEventBody[] }> {
  const from = Math.max(sinceSec, nowSec - HISTORY_SEC);
  const newest = nowSec - from + LATE_SEC;
  const [sale, instance, events] = await Promise.all([
    redis.lrange(saleHistoryKey(saleId), 0, newest),
    redis.lrange(HISTORY_KEYS.instance, 0, newest),
    redis.lrange(HISTORY_KEYS.events, 0, -1),
  ]);
  const isOfSale = (event: LiveEventBody): boolean => event.saleId === undefined || event.saleId === saleId;
  return {
    sale: entriesAfter<SaleSampleBody>(sale, from),
    instance: entriesAfter<InstanceSampleBody>(instance, from),
    events: entriesAfter<LiveEventBody>(events, from - LATE_SEC).filter(isOfSale),
  };
}

function entriesAfter<Entry extends { at: number }>(texts: readonly string[], from: number): Entry[] {
  const entries: Entry[] = [];
  for (const text of texts) {
    const entry = JSON.parse(text) as Entry;
    if (entry.at > from) entries.push(entry);
  }
  return entries.reverse();
}
