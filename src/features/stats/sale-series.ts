import type { StatsBody } from '../../contracts/http.ts';
import { secondKey } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';

type Second = StatsBody['series'][number];

const SHOWN_SEC = 300;
const FIELDS = ['received', 'admitted', 'confirmed', 'rejected'] as const;

/** The last 5 minutes of a sale by second. A second that has passed is read from Redis once and kept. */
export class SaleSeries {
  readonly #redis: Redis;
  readonly #passed = new Map<string, Map<number, Second>>();

  constructor({ redis }: { redis: Redis }) {
    this.#redis = redis;
  }

  /** @returns the seconds in which something happened, oldest first */
  async read(saleId: string, nowMs: number): Promise<Second[]> {
    const now = Math.floor(nowMs / 1000);
    const first = now - SHOWN_SEC + 1;
    let passed = this.#passed.get(saleId);
    if (!passed) this.#passed.set(saleId, (passed = new Map<number, Second>()));
    for (const at of passed.keys()) if (at < first) passed.delete(at);

    const missing: number[] = [];
    for (let at = first; at <= now; at += 1) if (!passed.has(at)) missing.push(at);
    const read = await Promise.all(missing.map((at) => this.#redis.hmget(secondKey(saleId, at), ...FIELDS)));
    const fresh = new Map<number, Second>();
    read.forEach((counts, index) => {
      const at = missing[index] ?? 0;
      const [received, admitted, confirmed, rejected] = counts.map(Number);
      const second: Second = {
        at,
        received: received ?? 0,
        admitted: admitted ?? 0,
        confirmed: confirmed ?? 0,
        rejected: rejected ?? 0,
      };
      // Two seconds of grace: another process's clock may be behind this one's.
      (at < now - 2 ? passed : fresh).set(at, second);
    });
    const seconds: Second[] = [];
    for (let at = first; at <= now; at += 1) {
      const second = passed.get(at) ?? fresh.get(at);
      if (second && FIELDS.some((field) => second[field] > 0)) seconds.push(second);
    }
    return seconds;
  }

  /** A sale nobody looks at any more needs no memory. */
  forget(saleId: string): void {
    this.#passed.delete(saleId);
  }
}
