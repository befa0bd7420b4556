import type { Redis } from '../redis/redis.ts';
import type { Percentiles } from '../../contracts/http.ts';
import { latencyKey } from '../redis/keys.ts';
import { SECONDS } from './meter-catalogue.ts';
import { histogramSamples, type Sample } from './prometheus-text.ts';

/**
 * Latencies as counts in buckets a tenth apart: bucket b holds values near 1.1^b ms, so a percentile is right within
 * 5 % and the counts of all processes simply add up in Redis.
 */
const LOG_BASE = Math.log(1.1);
/** 0.05 ms and below. */
const LOWEST_BUCKET = -31;
/** Histograms are kept as long as anybody may look at a sale that just ended, s. */
const KEPT_SEC = 2 * 24 * 3600;

export type LatencyKind = 'accept' | 'settle' | 'outcome';

function bucketOf(ms: number): number {
  return ms <= 0.05 ? LOWEST_BUCKET : Math.round(Math.log(ms) / LOG_BASE);
}

/** Gathers latencies in this process and adds them to Redis once a second. */
export class LatencyRecorder {
  readonly #redis: Redis;
  readonly #counts = new Map<string, Map<number, number>>();
  readonly #timer: NodeJS.Timeout;

  constructor({ redis, flushEveryMs = 1_000 }: { redis: Redis; flushEveryMs?: number }) {
    this.#redis = redis;
    this.#timer = setInterval(() => {
      this.flush().catch(() => undefined); // figures of one second: not worth a retry
    }, flushEveryMs);
    this.#timer.unref();
  }

  record(saleId: string, kind: LatencyKind, ms: number): void {
    const key = latencyKey(saleId, kind);
    let counts = this.#counts.get(key);
    if (!counts) this.#counts.set(key, (counts = new Map<number, number>()));
    const bucket = bucketOf(ms);
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }

  async flush(): Promise<void> {
    if (this.#counts.size === 0) return;
    const adding = [...this.#counts].map(([key, counts]) => {
      const addingToOne = this.#redis.pipeline();
      for (const [bucket, count] of counts) addingToOne.hincrby(key, String(bucket), count);
      return addingToOne.expire(key, KEPT_SEC).exec();
    });
    this.#counts.clear();
    await Promise.all(adding);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush().catch(() => undefined);
  }
}

/** How many latencies were near each value, ms, rising. */
export type LatencyCounts = [ms: number, count: number][];

/** @returns the latencies of a sale so far, over all processes */
export async function readLatencyCounts(
  redis: Redis,
  saleId: string,
  kind: LatencyKind,
): Promise<LatencyCounts> {
  return Object.entries(await redis.hgetall(latencyKey(saleId, kind)))
    .map(([bucket, count]): [number, number] => [Math.exp(Number(bucket) * LOG_BASE), Number(count)])
    .sort(([a], [b]) => a - b);
}

/** @returns p50, p95, p99 in ms over all processes; zeros when nothing was measured */
export async function readPercentiles(redis: Redis, saleId: string, kind: LatencyKind): Promise<Percentiles> {
  return percentilesOf(await readLatencyCounts(redis, saleId, kind));
}

/** @returns p50, p95, p99 in ms; zeros when nothing was measured */
export function percentilesOf(counts: LatencyCounts): Percentiles {
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  const at = (share: number): number => {
    let below = 0;
    for (const [ms, count] of counts) {
      below += count;
      if (below >= share * all) return Math.round(ms * 100) / 100;
    }
    return 0;
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** @returns the latencies of a sale in Prometheus' buckets, right within 5 %; nothing when none was measured */
export async function readLatencySamples(
  redis: Redis,
  saleId: string,
  kind: LatencyKind,
  labels: Readonly<Record<string, string>>,
): Promise<Sample[]> {
  const near = await readLatencyCounts(redis, saleId, kind);
  if (near.length === 0) return [];
  const counts = Array<number>(SECONDS.length + 1).fill(0);
  let sumMs = 0;
  for (const [ms, count] of near) {
    const bucket = SECONDS.findIndex((bound) => ms <= bound * 1000);
    const at = bucket === -1 ? SECONDS.length : bucket;
    counts[at] = (counts[at] ?? 0) + count;
    sumMs += ms * count;
  }
  return histogramSamples(labels, SECONDS, counts, sumMs / 1000);
}
