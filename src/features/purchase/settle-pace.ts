/**
 * What is settled at once is bounded by a fifth of a second's worth: a shared database sees no burst beyond it, and a sale's
 * page, which hears of it five times a second, no pause (docs/decisions/0011).
 */
const SLICES_PER_SEC = 5;
/** Below it a fifth of a second's worth would lose too much to rounding. */
const ONE_BY_ONE_BELOW_PER_SEC = 100;

export interface SettlePaceDeps {
  /** Attempts that may begin to be settled in any second, at least 1. */
  mostPerSec: number;
  /** A clock that never goes back, ms. */
  now?: () => number;
  /** Calls back once after so many ms; returns how to call it off. */
  callAfter?: (ms: number, callback: () => void) => () => void;
}

export interface SettlePace {
  /**
   * Waits for leave to settle; who asks first is served first.
   *
   * @param wanted  asked when the leave is given: what waits to be settled by then, at least 1
   * @returns how many may be settled now, 1 to `wanted()`
   * @throws PaceStoppedError when `stop` was called
   */
  take(wanted: () => number): Promise<number>;
  /** Whoever waits is turned away, and whoever comes. */
  stop(): void;
}

/** The worker stops: what waited for leave to be settled goes back on the queue, for another worker or the next start. */
export class PaceStoppedError extends Error {
  constructor() {
    super('The worker stops before the pace let these attempts be settled');
    this.name = 'PaceStoppedError';
  }
}

interface Asking {
  wanted: () => number;
  resolve: (granted: number) => void;
  reject: (error: Error) => void;
}

/**
 * Bounds what this process settles: in no 200 ms does it begin more than a fifth of `mostPerSec` (rounded down), hence in
 * no second more than all of it. Below 100 a second attempts go one by one, evenly spaced.
 *
 * A sliding window and not a bucket that fills: a bucket lets a burst pass on top of a full second's worth.
 * When more waits than may go now, leave is given once the window has room for a quarter of what it holds, and for as much as
 * it holds when that takes at most half a window longer: a crowd that waits is settled in few whole transactions instead of
 * a trickle of small ones, each of which costs the same beside its orders. Nothing runs while nobody waits.
 */
export function createSettlePace({
  mostPerSec,
  now = () => performance.now(),
  callAfter = afterTimeout,
}: SettlePaceDeps): SettlePace {
  const slices = mostPerSec < ONE_BY_ONE_BELOW_PER_SEC ? mostPerSec : SLICES_PER_SEC;
  const sliceMs = 1_000 / slices;
  const mostPerSlice = Math.floor(mostPerSec / slices);
  const worthATransaction = Math.ceil(mostPerSlice / 4);
  const worthWaitingMs = sliceMs / 2;

  /** Of the last `sliceMs`, oldest first. */
  const granted: { at: number; attempts: number }[] = [];
  let inSlice = 0;
  const asking: Asking[] = [];
  let callOff: (() => void) | null = null;
  let isStopped = false;

  const forgetBefore = (time: number): void => {
    for (let oldest = granted[0]; oldest && oldest.at <= time; oldest = granted[0]) {
      inSlice -= oldest.attempts;
      granted.shift();
    }
  };

  /** How long until the window has room for so many, ms. */
  const untilRoomFor = (attempts: number, time: number): number => {
    let room = mostPerSlice - inSlice;
    if (room >= attempts) return 0;
    for (const { at, attempts: leaving } of granted) {
      room += leaving;
      if (room >= attempts) return at + sliceMs - time;
    }
    return sliceMs;
  };

  /** How long until a transaction for some of the attempts is worth its cost, ms. */
  const untilWorthIt = (attempts: number, time: number): number => {
    const untilSome = untilRoomFor(Math.min(attempts, worthATransaction), time);
    const untilAll = untilRoomFor(Math.min(attempts, mostPerSlice), time);
    return untilAll - untilSome <= worthWaitingMs ? untilAll : untilSome;
  };

  const serve = (): void => {
    callOff = null;
    for (let first = asking[0]; first; first = asking[0]) {
      const time = now();
      forgetBefore(time - sliceMs);
      const wanted = first.wanted();
      const waitMs = untilWorthIt(wanted, time);
      if (waitMs > 0) {
        callOff = callAfter(waitMs, serve);
        return;
      }
      const attempts = Math.min(wanted, mostPerSlice - inSlice);
      asking.shift();
      granted.push({ at: time, attempts });
      inSlice += attempts;
      first.resolve(attempts);
    }
  };

  return {
    take: (wanted) =>
      new Promise((resolve, reject) => {
        if (isStopped) {
          reject(new PaceStoppedError());
          return;
        }
        asking.push({ wanted, resolve, reject });
        if (callOff === null) serve();
      }),
    stop() {
      isStopped = true;
      callOff?.();
      callOff = null;
      for (const { reject } of asking.splice(0)) reject(new PaceStoppedError());
    },
  };
}

function afterTimeout(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, Math.ceil(ms));
  return () => clearTimeout(timer);
}
