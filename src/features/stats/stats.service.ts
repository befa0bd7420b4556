import type { InvariantBody, StatsBody } from '../../contracts/http.ts';
import type { Clock } from '../../infrastructure/clock.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import { readPercentiles } from '../../infrastructure/metrics/latency.ts';
import { readRepairs } from '../../infrastructure/metrics/repairs.ts';
import { saleKeys } from '../../infrastructure/redis/keys.ts';
import type { SettleQueue } from '../../infrastructure/queue/settle-queue.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import type { SaleStatus } from '../sale/sale-status.ts';
import { readStock } from '../sale/sale.repository.ts';
import { createKeeper } from '../../utils/keep-fresh.ts';
import { SaleSeries } from './sale-series.ts';

/** Figures are made at most so often per process, however many operators look, ms. */
const FRESH_MS = 500;
const INVARIANTS_FRESH_MS = 5_000;
/** Throughput is the mean of so many whole seconds. */
const THROUGHPUT_SEC = 5;

export interface StatsDeps {
  db: Database;
  redis: Redis;
  clock: Clock;
  saleStatus: SaleStatus;
  queue: Pick<SettleQueue<unknown>, 'counts'>;
  checkInvariants: (saleId: string) => Promise<InvariantBody[]>;
}

/** @returns a sale's live figures, or `null` when there is no such sale */
export type ReadStats = (saleId: string | undefined) => Promise<StatsBody | null>;

/** Reads what operators watch; cheap, because whatever is asked twice in a moment is made once. */
export function createReadStats(deps: StatsDeps): ReadStats {
  const series = new SaleSeries(deps);
  const stats = createKeeper(FRESH_MS, (saleId: string) => makeStats(deps, series, invariants, saleId));
  const invariants = createKeeper(INVARIANTS_FRESH_MS, deps.checkInvariants);
  return async (asked) => {
    const status =
      asked === undefined ? await deps.saleStatus.getDefault() : await deps.saleStatus.get(asked);
    return status ? stats(status.body.saleId) : null;
  };
}

async function makeStats(
  { db, redis, clock, saleStatus, queue }: StatsDeps,
  series: SaleSeries,
  readInvariants: (saleId: string) => Promise<InvariantBody[]>,
  saleId: string,
): Promise<StatsBody | null> {
  const status = await saleStatus.get(saleId);
  const stock = await readStock(db, saleId);
  if (!status || !stock) return null;
  const nowMs = clock.now();
  const [counters, queued, accept, settle, outcome, invariants, seconds, repairs] = await Promise.all([
    redis.hgetall(saleKeys(saleId).counters),
    queue.counts(),
    readPercentiles(redis, saleId, 'accept'),
    readPercentiles(redis, saleId, 'settle'),
    readPercentiles(redis, saleId, 'outcome'),
    readInvariants(saleId),
    series.read(saleId, nowMs),
    readRepairs(redis),
  ]);
  const { remaining } = status.body.stock;
  const thisSecond = Math.floor(nowMs / 1000);
  const lately = seconds.filter(({ at }) => at < thisSecond && at >= thisSecond - THROUGHPUT_SEC);
  const perSec = (field: 'received' | 'confirmed'): number =>
    lately.reduce((sum, second) => sum + second[field], 0) / THROUGHPUT_SEC;
  return {
    saleId,
    state: status.body.state,
    serverTime: new Date(nowMs).toISOString(),
    stock: {
      total: stock.total,
      sold: stock.sold,
      promised: Math.max(0, stock.total - stock.sold - remaining),
      remaining,
    },
    attempts: {
      received: Number(counters.received ?? 0),
      admitted: Number(counters.admitted ?? 0),
      confirmed: Number(counters.confirmed ?? 0),
      rejected: rejectedByCode(counters),
    },
    queue: queued,
    repairs,
    throughput: { attemptsPerSec: perSec('received'), confirmedPerSec: perSec('confirmed') },
    latencyMs: { accept, settle, outcome },
    invariants,
    series: seconds,
  };
}

/** Refused by the gate and rejected by settle alike: what shoppers were told. */
export function rejectedByCode(counters: Record<string, string>): Record<string, number> {
  const byCode: Record<string, number> = {};
  for (const [name, count] of Object.entries(counters)) {
    const code = /^(?:refused|rejected):(.+)$/.exec(name)?.[1];
    if (code !== undefined) byCode[code] = (byCode[code] ?? 0) + Number(count);
  }
  return byCode;
}
