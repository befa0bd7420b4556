import type { Database } from '../../infrastructure/postgres/database.ts';
import { epochKeys, saleKeys } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import { shortId } from '../../utils/short-id.ts';
import { parseDecided, type DecidedAttempt, type KnownAttempt } from './purchase.model.ts';
import { readDecided } from './rebuild.repository.ts';

const CHUNK = 1_000;

export interface KnownComparison {
  compared: number;
  /** In PostgreSQL, and neither known to Redis nor in flight. */
  missing: number;
  /** Known to Redis with another outcome, quantity, shopper or order. */
  different: number;
  /** Known to Redis and not in PostgreSQL. */
  invented: number;
}

/** Compares every outcome Redis tells with PostgreSQL's, beside live traffic. */
export async function compareKnown(
  { db, redis }: { db: Database; redis: Redis },
  saleId: string,
): Promise<KnownComparison> {
  const keys = saleKeys(saleId);
  const found: KnownComparison = { compared: 0, missing: 0, different: 0, invented: 0 };
  // Counted first: what is announced meanwhile has its row in PostgreSQL when those are counted.
  const known = await redis.hlen(keys.known);
  for await (const attempts of readDecided(db, saleId)) {
    for (let start = 0; start < attempts.length; start += CHUNK) {
      const some = attempts.slice(start, start + CHUNK);
      const unseen = await compare(redis, keys.known, some, found);
      found.missing += await countMissing(redis, saleId, unseen);
    }
    found.compared += attempts.length;
  }
  found.invented = Math.max(0, known - found.compared);
  return found;
}

/** @returns attempts Redis does not know as decided */
async function compare(
  redis: Redis,
  knownKey: string,
  attempts: readonly DecidedAttempt[],
  found: KnownComparison,
): Promise<DecidedAttempt[]> {
  const records = await redis.hmget(knownKey, ...attempts.map(({ attemptId }) => shortId(attemptId)));
  return attempts.filter((attempt, index) => {
    const record = records[index];
    if (!record) return true;
    if (!tellsTheSame(parseDecided(attempt.attemptId, record), attempt)) found.different += 1;
    return false;
  });
}

/** Settled and not announced yet is no fault: such an attempt is in flight, or known by the time it is not. */
async function countMissing(
  redis: Redis,
  saleId: string,
  unseen: readonly DecidedAttempt[],
): Promise<number> {
  if (unseen.length === 0) return 0;
  const { gate, known } = saleKeys(saleId);
  const ids = unseen.map(({ attemptId }) => shortId(attemptId));
  const epoch = Number((await redis.hget(gate, 'epoch')) ?? 0);
  const inflight = await redis.hmget(epochKeys(saleId, epoch).inflight, ...ids);
  const announced = await redis.hmget(known, ...ids);
  return ids.filter((_, index) => !inflight[index] && !announced[index]).length;
}

function tellsTheSame(told: KnownAttempt, stored: DecidedAttempt): boolean {
  return (
    told.shopperId === stored.shopperId &&
    told.quantity === stored.quantity &&
    answerOf(told) === answerOf(stored)
  );
}

function answerOf(attempt: KnownAttempt): string {
  return attempt.outcome === 'confirmed' ? attempt.orderId : attempt.reason;
}
