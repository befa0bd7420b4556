import { randomUUID } from 'node:crypto';
import type { LiveEventBody, SaleSampleBody } from '../../contracts/live-http.ts';
import type { Logger } from '../../infrastructure/logging/logger.ts';
import { HISTORY_KEYS } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import { HISTORY_SEC, keepRecorded } from './history-store.ts';
import { readInstance, readSales, type ReadMomentDeps } from './read-moment.ts';
import { sampleBetween, type SaleReading } from './sale-sample.ts';
import { changesBetween, type Seen } from './seen-changes.ts';

const EVERY_MS = 1_000;
/** Who records and stops without a word is followed by another after that. */
const LEASE_MS = 3_000;

export interface RecordHistoryDeps extends ReadMomentDeps {
  logger: Logger;
}

/**
 * Records what the operator's live screen shows of the past: each second one of the API processes, by a lease in Redis, reads
 * what all count and keeps what happened since the second before. Two who record at once keep a second twice, which does no harm.
 */
export function createRecordHistory(deps: RecordHistoryDeps) {
  const { redis, clock, logger } = deps;
  const recorderId = randomUUID();
  const readings = new Map<string, { reading: SaleReading; keptAt: number }>();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const sampleAll = (sales: ReadonlyMap<string, SaleReading>, at: number): Map<string, SaleSampleBody> => {
    const samples = new Map<string, SaleSampleBody>();
    for (const [saleId, reading] of sales) {
      const had = readings.get(saleId);
      const sample = had
        ? sampleBetween(had.reading, reading, had.keptAt)
        : sampleBetween(reading, reading, -Infinity);
      if (sample) samples.set(saleId, sample);
      readings.set(saleId, { reading, keptAt: sample ? at : (had?.keptAt ?? at) });
    }
    for (const saleId of readings.keys()) if (!sales.has(saleId)) readings.delete(saleId);
    return samples;
  };

  const record = async (): Promise<void> => {
    if (!(await holdLease(redis, recorderId))) {
      readings.clear(); // figures of long ago are nothing to compare with
      return;
    }
    const at = Math.floor(clock.now() / 1000);
    const [instance, sales] = await Promise.all([readInstance(deps, at), readSales(deps, at)]);
    const samples = sales ? sampleAll(sales, at) : new Map<string, SaleSampleBody>();
    const events = await lookForChanges(redis, at, instance.seen, sales);
    await keepRecorded(redis, { instance: instance.sample, sales: samples, events });
  };

  /** In step with the gate's full seconds, so that each has one sample. */
  const plan = (): void => {
    if (isClosed) return;
    timer = setTimeout(
      () => {
        record()
          .catch((error: unknown) => logger.debug('a second was not recorded', { error: String(error) }))
          .finally(plan);
      },
      EVERY_MS - (clock.now() % EVERY_MS),
    );
    timer.unref();
  };

  return {
    start: plan,
    /** One round at once, for tests and for figures of what it costs. */
    record,
    async close(): Promise<void> {
      isClosed = true;
      clearTimeout(timer);
      await releaseLease(redis, recorderId).catch(() => undefined); // it runs out by itself
    },
  };
}

async function holdLease(redis: Redis, recorderId: string): Promise<boolean> {
  const holder = await redis.get(HISTORY_KEYS.lease);
  if (holder === recorderId) {
    await redis.pexpire(HISTORY_KEYS.lease, LEASE_MS);
    return true;
  }
  return holder === null && (await redis.set(HISTORY_KEYS.lease, recorderId, 'PX', LEASE_MS, 'NX')) === 'OK';
}

async function releaseLease(redis: Redis, recorderId: string): Promise<void> {
  if ((await redis.get(HISTORY_KEYS.lease)) === recorderId) await redis.del(HISTORY_KEYS.lease);
}

/** Compares with what was last seen, by this process or by who recorded before it. @param sales  null: nothing is known of them */
async function lookForChanges(
  redis: Redis,
  at: number,
  seen: Omit<Seen, 'sales'>,
  sales: ReadonlyMap<string, SaleReading> | null,
): Promise<LiveEventBody[]> {
  const stored = await redis.get(HISTORY_KEYS.seen);
  const before = stored === null ? null : (JSON.parse(stored) as Seen);
  const now: Seen = { ...seen, sales: sales ? seenOf(sales) : (before?.sales ?? {}) };
  await redis.set(HISTORY_KEYS.seen, JSON.stringify(now), 'EX', HISTORY_SEC);
  return changesBetween(before, now).map((happening) => ({ id: randomUUID(), at, ...happening }));
}

function seenOf(sales: ReadonlyMap<string, SaleReading>): Seen['sales'] {
  return Object.fromEntries(
    [...sales].map(([saleId, { epoch, counters }]) => [
      saleId,
      { epoch, setAside: Number(counters['rejected:set_aside'] ?? 0) },
    ]),
  );
}
