import type { Redis } from 'ioredis';
import type { Percentiles } from '../../contracts/http.ts';
import { latencyKey } from '../redis/keys.ts';

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
    const adding = this.#redis.pipeline();
    for (const [key, counts] of this.#counts) {
      for (const [bucket, count] of counts) adding.hincrby(key, String(bucket), count);
      adding.expire(key, KEPT_SEC);
    }
    this.#counts.clear();
    await adding.exec();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush().catch(() => undefined);
  }
}

/** @returns p50, p95, p99 in ms over all processes; zeros when nothing was measured */
export async function readPercentiles(redis: Redis, saleId: string, kind: LatencyKind): Promise<Percentiles> {
  const counts = Object.entries(await redis.hgetall(latencyKey(saleId, kind)))
    .map(([bucket, count]) => [Number(bucket), Number(count)] as const)
    .sort(([a], [b]) => a - b);
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  const at = (share: number): number => {
    let below = 0;
    for (const [bucket, count] of counts) {
      below += count;
      if (below >= share * all) return Math.round(Math.exp(bucket * LOG_BASE) * 100) / 100;
    }
    return 0;
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
