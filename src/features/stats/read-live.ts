import type { LiveBody, LiveEventBody } from '../../contracts/live-http.ts';
import { RefusalError } from '../../errors/refusal.ts';
import type { Clock } from '../../infrastructure/clock.ts';
import type { Logger } from '../../infrastructure/logging/logger.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import { readPostgresHealth } from '../../infrastructure/postgres/read-postgres-health.ts';
import { readRedisHealth } from '../../infrastructure/redis/read-redis-health.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import { createKeeper } from '../../utils/keep-fresh.ts';
import { within } from '../../utils/within.ts';
import type { OperatorSale } from '../sale/operator-sale.model.ts';
import { findOperatorSale } from '../sale/operator-sale.repository.ts';
import { HISTORY_SEC, readHistory } from './history-store.ts';
import { listProcesses } from './list-processes.ts';
import { listSaleActions } from './sale-actions.repository.ts';
import type { ReadStats } from './stats.service.ts';

/** However many operators look, each store is asked so often by a process, ms. */
const FRESH_MS = 500;
/** A part whose store does not answer is left out, so that the others are seen just then, ms. */
const PART_DEADLINE_MS = 1_500;

const MOST_KNOWN = 100;

export interface ReadLiveDeps {
  db: Database;
  redis: Redis;
  clock: Clock;
  readStats: ReadStats;
  logger: Logger;
}

/**
 * @param sinceSec  what happened after that is told, epoch seconds; an hour when it is not given
 * @throws RefusalError `sale_not_found`
 */
export type ReadLive = (saleId: string, sinceSec?: number) => Promise<LiveBody>;

/** Reads the operator's live screen of a sale; what a store that is away would have told is absent. */
export function createReadLive(deps: ReadLiveDeps): ReadLive {
  const { db, redis, clock, readStats, logger } = deps;
  const keep = {
    sale: createKeeper(FRESH_MS, (saleId) => findOperatorSale(db, saleId)),
    actions: createKeeper(FRESH_MS, (saleId) => listSaleActions(db, saleId, HISTORY_SEC)),
    processes: createKeeper(FRESH_MS, () => listProcesses(deps)),
    redis: createKeeper(FRESH_MS, () => readRedisHealth(redis)),
    postgres: createKeeper(FRESH_MS, () => readPostgresHealth(db)),
  };
  const part = async <Value>(name: string, read: () => Promise<Value>): Promise<Value | undefined> => {
    try {
      return await within(PART_DEADLINE_MS, read);
    } catch (error) {
      logger.debug('a part of the live screen was not read', { part: name, error: String(error) });
      return undefined;
    }
  };
  const lastKnown = new Map<string, OperatorSale>();
  /** As it was last read while PostgreSQL is away: just then somebody looks. */
  const findSale = async (saleId: string): Promise<OperatorSale | null> => {
    try {
      const sale = await within(PART_DEADLINE_MS, () => keep.sale(saleId));
      if (lastKnown.size >= MOST_KNOWN) lastKnown.clear();
      if (sale) lastKnown.set(saleId, sale);
      return sale;
    } catch (error) {
      const sale = lastKnown.get(saleId);
      if (!sale) throw error;
      return sale;
    }
  };
  return async (saleId, sinceSec) => {
    const sale = await findSale(saleId);
    if (!sale) throw new RefusalError({ code: 'sale_not_found' });
    const nowSec = Math.floor(clock.now() / 1000);
    const from = Math.max(sinceSec ?? 0, nowSec - HISTORY_SEC);
    const [stats, processes, redisHealth, postgres, history, actions] = await Promise.all([
      part('stats', () => readStats(saleId)),
      part('processes', () => keep.processes('')),
      part('redis', () => keep.redis('')),
      part('postgres', () => keep.postgres('')),
      part('history', () => readHistory(redis, saleId, { sinceSec: from, nowSec })),
      part('actions', () => keep.actions(saleId)),
    ]);
    return {
      saleId,
      name: sale.name,
      state: sale.state,
      startsAt: sale.startsAt.toISOString(),
      endsAt: sale.endsAt.toISOString(),
      perShopperLimit: sale.perShopperLimit,
      version: sale.version,
      ...(sale.message === '' ? {} : { message: sale.message }),
      serverTime: new Date(clock.now()).toISOString(),
      ...(stats ? { stats: withoutSeries(stats) } : {}),
      ...(processes ? { processes } : {}),
      ...(redisHealth ? { redis: redisHealth } : {}),
      ...(postgres ? { postgres } : {}),
      saleSamples: history?.sale ?? [],
      instanceSamples: history?.instance ?? [],
      events: inOrder([...(history?.events ?? []), ...(actions ?? []).filter(({ at }) => at > from - 10)]),
    };
  };
}

function withoutSeries({ series: _series, ...stats }: NonNullable<Awaited<ReturnType<ReadStats>>>) {
  return stats;
}

function inOrder(events: LiveEventBody[]): LiveEventBody[] {
  return events.sort((a, b) => a.at - b.at);
}
