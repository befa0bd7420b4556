import type { Redis } from './redis/redis.ts';

/** The one clock of the cluster: Redis' time, as this process knows it. Durations are measured with `performance.now()`. */
export interface Clock {
  /** Epoch milliseconds on the gate's clock. */
  now(): number;
}

/**
 * A clock that keeps this process's offset to Redis' `TIME`, measured now and every `everyMs`.
 *
 * What this machine believes the time to be plays no part: the offset is that of a clock which nobody sets.
 * The offset of the sample with the shortest round trip of five wins: half its round trip bounds the error
 * (Cristian's algorithm).
 */
export async function createRedisClock(
  redis: Redis,
  { everyMs = 5_000 }: { everyMs?: number } = {},
): Promise<Clock & { close(): void }> {
  let offsetMs = 0;
  const measure = async (): Promise<void> => {
    let bestRoundTripMs = Infinity;
    for (let sample = 0; sample < 5; sample += 1) {
      const sentAt = performance.now();
      const [seconds, micros] = await redis.time();
      const roundTripMs = performance.now() - sentAt;
      if (roundTripMs < bestRoundTripMs) {
        bestRoundTripMs = roundTripMs;
        offsetMs = Number(seconds) * 1000 + Number(micros) / 1000 - (sentAt + roundTripMs / 2);
      }
    }
  };
  await measure();
  const timer = setInterval(() => {
    measure().catch(() => undefined); // the last known offset stays good enough while Redis is away
  }, everyMs);
  timer.unref();
  return { now: () => Math.round(performance.now() + offsetMs), close: () => clearInterval(timer) };
}
