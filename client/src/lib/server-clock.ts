/** The cluster's time as this page knows it, in milliseconds since 1970. */
export interface ServerClock {
  now: () => number;
  /** Learns from the `serverTime` of a body: it was that time or later when it came. */
  observe: (serverTime: string) => void;
  /** Learns from questions and answers of one moment; at least one. */
  observeRound: (samples: readonly TimeSample[]) => void;
  /** How far the device's clock is ahead of the server's, in milliseconds; absent while not known. */
  deviceAheadMs: () => number | undefined;
}

/** One question for the time, on the page's own monotonic clock, in milliseconds. */
export interface TimeSample {
  serverTime: string;
  askedAt: number;
  answeredAt: number;
}

export interface ServerClockDeps {
  /** Milliseconds that only go forward: the shopper's own clock may be wrong or be set. */
  monotonicMs: () => number;
  /** Used until the first body has come. */
  wallClockMs: () => number;
}

const KEPT_SAMPLE_MS = 120_000;
/** A question that took longer than this many times the quickest one says little … */
const OUTLIER_FACTOR = 1.5;
/** … unless it is within this of it: on a quick line everything is an outlier of something. */
const OUTLIER_GRACE_MS = 10;

/**
 * Learns the server's time from questions and answers, and from the `serverTime` of each body.
 *
 * A question is answered half its round trip before its answer comes, give or take that half (Cristian, "Probabilistic
 * clock synchronization", 1989). Of a round, slow questions are dropped and the median of the rest is taken; a round
 * replaces the one before, because a device that slept may have stopped its monotonic clock. A body without a question is
 * some transit and cache time old when it is read: the highest of two minutes is a bound from below, and all there is
 * until the first round.
 */
export function createServerClock({ monotonicMs, wallClockMs }: ServerClockDeps): ServerClock {
  let bounds: { offsetMs: number; takenAt: number }[] = [];
  let roundOffsetMs: number | undefined;
  let offsetMs = wallClockMs() - monotonicMs();
  const learn = () => {
    const offsets = bounds.map((bound) => bound.offsetMs);
    offsetMs = Math.max(...(roundOffsetMs === undefined ? offsets : [roundOffsetMs, ...offsets]));
  };
  const now = () => monotonicMs() + offsetMs;
  return {
    now,
    observe: (serverTime) => {
      const serverMs = Date.parse(serverTime);
      if (Number.isNaN(serverMs)) return;
      const takenAt = monotonicMs();
      bounds = bounds.filter((bound) => takenAt - bound.takenAt < KEPT_SAMPLE_MS);
      bounds.push({ offsetMs: serverMs - takenAt, takenAt });
      learn();
    },
    observeRound: (samples) => {
      const quickest = Math.min(...samples.map(roundTrip));
      const good = samples.filter(
        (sample) => roundTrip(sample) <= Math.max(quickest * OUTLIER_FACTOR, quickest + OUTLIER_GRACE_MS),
      );
      roundOffsetMs = median(
        good.map(
          ({ serverTime, askedAt, answeredAt }) => Date.parse(serverTime) - (askedAt + answeredAt) / 2,
        ),
      );
      learn();
    },
    deviceAheadMs: () =>
      bounds.length === 0 && roundOffsetMs === undefined ? undefined : wallClockMs() - now(),
  };
}

const roundTrip = ({ askedAt, answeredAt }: TimeSample) => answeredAt - askedAt;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? 0;
  return Number.isInteger(middle) ? (upper + (sorted[middle - 1] ?? upper)) / 2 : upper;
}
