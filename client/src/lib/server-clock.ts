/** The cluster's time as this page knows it, in milliseconds since 1970. */
export interface ServerClock {
  now: () => number;
  observe: (serverTime: string) => void;
}

export interface ServerClockDeps {
  /** Milliseconds that only go forward: the shopper's own clock may be wrong or be set. */
  monotonicMs: () => number;
  /** Used until the first body has come. */
  wallClockMs: () => number;
}

const KEPT_SAMPLE_MS = 120_000;

/**
 * Learns the server's time from the `serverTime` of each body.
 *
 * A body is always some transit and cache time old when it is read, so every sample is too low by an unknown
 * amount and the highest of the last two minutes is the best one.
 */
export function createServerClock({ monotonicMs, wallClockMs }: ServerClockDeps): ServerClock {
  let samples: { offsetMs: number; takenAt: number }[] = [];
  let offsetMs = wallClockMs() - monotonicMs();
  return {
    now: () => monotonicMs() + offsetMs,
    observe: (serverTime) => {
      const serverMs = Date.parse(serverTime);
      if (Number.isNaN(serverMs)) return;
      const takenAt = monotonicMs();
      samples = samples.filter((sample) => takenAt - sample.takenAt < KEPT_SAMPLE_MS);
      samples.push({ offsetMs: serverMs - takenAt, takenAt });
      offsetMs = Math.max(...samples.map((sample) => sample.offsetMs));
    },
  };
}
