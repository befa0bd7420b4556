import type { InstanceSampleBody } from '../../contracts/live-http.ts';
import type { Clock } from '../../infrastructure/clock.ts';
import { readLatencyCounts } from '../../infrastructure/metrics/latency.ts';
import { readProcesses } from '../../infrastructure/metrics/process-usage.ts';
import { readRepairs } from '../../infrastructure/metrics/repairs.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import type { SettleQueue } from '../../infrastructure/queue/settle-queue.ts';
import { epochKeys, saleKeys } from '../../infrastructure/redis/keys.ts';
import { roundToTenth } from '../../infrastructure/redis/read-redis-health.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import { within } from '../../utils/within.ts';
import { listMeasuredStocks, type MeasuredStock } from '../metrics/sale-metrics.repository.ts';
import type { SaleReading } from './sale-sample.ts';
import type { Seen } from './seen-changes.ts';

/** A store that does not answer by then is left out of that second: it must not keep the rest from being recorded, ms. */
const STORE_DEADLINE_MS = 700;

export interface ReadMomentDeps {
  db: Database;
  redis: Redis;
  clock: Clock;
  queue: Pick<SettleQueue<unknown>, 'counts'>;
}

/** What the whole instance is like now: a sample of it, and what changes of it are told of. */
export async function readInstance(
  { db, redis, clock, queue }: ReadMomentDeps,
  at: number,
): Promise<{ sample: InstanceSampleBody; seen: Omit<Seen, 'sales'> }> {
  const [redisMs, postgresMs, counts, processes, repairs] = await Promise.all([
    timed(() => redis.ping()),
    timed(async () => db.raw('select 1')),
    queue.counts(),
    readProcesses({ redis, clock }),
    readRepairs(redis),
  ]);
  const reports = [...processes.values()];
  const sum = (field: 'cpu' | 'residentBytes'): number =>
    reports.reduce((total, report) => total + report[field], 0);
  const sample: InstanceSampleBody = {
    at,
    jobs: counts.waiting + counts.active + counts.delayed,
    oldestMs: counts.oldestMs,
    cpu: Math.round(sum('cpu') * 1000) / 1000,
    memoryBytes: sum('residentBytes'),
    loopLateMs: Math.max(0, ...reports.map(({ loopLateMs }) => loopLateMs)),
    ...(redisMs === undefined ? {} : { redisMs }),
    ...(postgresMs === undefined ? {} : { postgresMs }),
  };
  const called = [...processes].map(([id, { role, pid }]) => [id, `${role} ${pid}`] as const);
  return {
    sample,
    seen: { processes: Object.fromEntries(called), repairs, jobsSetAside: counts.failed },
  };
}

async function timed(ask: () => Promise<unknown>): Promise<number | undefined> {
  const askedAt = performance.now();
  try {
    await within(STORE_DEADLINE_MS, ask);
    return roundToTenth(performance.now() - askedAt);
  } catch {
    return undefined;
  }
}

/** What is counted of each sale that is open or was within the last hour. @returns null while PostgreSQL is away */
export async function readSales(deps: ReadMomentDeps, at: number): Promise<Map<string, SaleReading> | null> {
  const stocks = await within(STORE_DEADLINE_MS, () => listMeasuredStocks(deps.db)).catch(() => null);
  if (!stocks) return null;
  const readings = await Promise.all(
    stocks.map(async (stock) => [stock.saleId, await readSale(deps.redis, stock, at)] as const),
  );
  return new Map(readings);
}

async function readSale(redis: Redis, stock: MeasuredStock, at: number): Promise<SaleReading> {
  const { saleId, total, sold } = stock;
  const { gate, counters: countersKey } = saleKeys(saleId);
  const [epochText, counters, accept, settle, outcome] = await Promise.all([
    redis.hget(gate, 'epoch'),
    redis.hgetall(countersKey),
    ...([
      readLatencyCounts(redis, saleId, 'accept'),
      readLatencyCounts(redis, saleId, 'settle'),
      readLatencyCounts(redis, saleId, 'outcome'),
    ] as const),
  ]);
  const epoch = Number(epochText ?? 0);
  const tokens = await redis.get(epochKeys(saleId, epoch).tokens);
  const remaining = tokens === null ? total - sold : Math.max(0, Number(tokens));
  return { at, total, sold, remaining, epoch, counters, latency: { accept, settle, outcome } };
}
