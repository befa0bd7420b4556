import { describe, expect, it } from '@jest/globals';
import { createSettlePace, PaceStoppedError } from './settle-pace.ts';

const turnOfPromises = async () => {
  for (let times = 0; times < 10; times += 1) await Promise.resolve();
};

/** A clock that the test moves, its timers with it. */
function aClock() {
  let time = 0;
  const due = new Map<() => void, number>();
  return {
    now: () => time,
    callAfter: (ms: number, callback: () => void) => {
      const own = () => callback();
      due.set(own, time + Math.ceil(ms));
      return () => void due.delete(own);
    },
    pending: () => due.size,
    async goOn(ms: number) {
      await turnOfPromises();
      for (const until = time + ms; ;) {
        const [first] = [...due].sort(([, one], [, other]) => one - other);
        if (!first || first[1] > until) {
          time = until;
          return;
        }
        time = first[1];
        due.delete(first[0]);
        first[0]();
        await turnOfPromises();
      }
    },
  };
}

/** The pace of a worker that may settle so many a second, and its clock. */
function aPace({ mostPerSec = 1_000 } = {}) {
  const clock = aClock();
  return { clock, pace: createSettlePace({ mostPerSec, ...clock }) };
}

/** Takes again and again, and tells when how many were granted. */
function greedy(pace: ReturnType<typeof createSettlePace>, now: () => number, wanted: () => number) {
  const granted: { at: number; attempts: number }[] = [];
  void (async () => {
    for (;;) granted.push({ attempts: await pace.take(wanted), at: now() });
  })().catch(() => undefined);
  return granted;
}

const sum = (granted: { attempts: number }[]) => granted.reduce((all, { attempts }) => all + attempts, 0);

function mostInAnySecond(granted: { at: number; attempts: number }[]): number {
  return Math.max(
    ...granted.map(({ at: from }) => sum(granted.filter(({ at }) => at >= from && at < from + 1_000))),
  );
}

describe('the pace of settling', () => {
  it.each([1, 3, 15, 99, 100, 109, 1_000, 1_005, 33_333])(
    'lets no more than %i a second go in any second, and most of them, whatever is wanted',
    async (mostPerSec) => {
      const { clock, pace } = aPace({ mostPerSec });
      let seed = 1;
      const wanted = () => ((seed = (seed * 48_271) % 2_147_483_647) % 7 === 0 ? 500_000 : (seed % 90) + 1);
      const [one, other] = [greedy(pace, clock.now, wanted), greedy(pace, clock.now, () => 500_000)];
      await clock.goOn(10_000);
      pace.stop();
      const granted = [...one, ...other].sort((a, b) => a.at - b.at);
      expect(mostInAnySecond(granted)).toBeLessThanOrEqual(mostPerSec);
      expect(sum(granted)).toBeGreaterThan(mostPerSec * 8);
    },
  );

  it('grants a crowd a fifth of a second at once, and the next fifth when it has passed', async () => {
    const { clock, pace } = aPace();
    const granted = greedy(pace, clock.now, () => 500);
    await clock.goOn(500);
    expect(granted).toEqual([
      { at: 0, attempts: 200 },
      { at: 200, attempts: 200 },
      { at: 400, attempts: 200 },
    ]);
  });

  it('grants what has gathered by then, not what was wanted when it was asked', async () => {
    const { clock, pace } = aPace();
    await pace.take(() => 200);
    let gathered = 1;
    const later = pace.take(() => gathered);
    gathered = 42;
    await clock.goOn(200);
    expect(await later).toBe(42);
  });

  it('waits for room that is worth a transaction, rather than letting a crowd trickle', async () => {
    const { clock, pace } = aPace();
    await pace.take(() => 160);
    await clock.goOn(150);
    await pace.take(() => 10);
    const granted = greedy(pace, clock.now, () => 500); // there is room for 30
    await clock.goOn(100);
    expect(granted).toEqual([{ at: 200, attempts: 190 }]);
  });

  it('brings the small transactions of a crowd together into whole ones', async () => {
    const { clock, pace } = aPace();
    for (const attempts of [50, 50, 100]) {
      await pace.take(() => attempts);
      await clock.goOn(40);
    }
    const granted = greedy(pace, clock.now, () => 500);
    await clock.goOn(400);
    expect(granted).toEqual([
      { at: 280, attempts: 200 },
      { at: 480, attempts: 200 },
    ]);
  });

  it('lets a crowd go that would have to wait long for all of it: others had some of the window', async () => {
    const { clock, pace } = aPace();
    await pace.take(() => 199);
    await clock.goOn(190);
    await pace.take(() => 1);
    const granted = greedy(pace, clock.now, () => 500);
    await clock.goOn(215);
    expect(granted).toEqual([
      { at: 200, attempts: 199 },
      { at: 400, attempts: 200 },
    ]);
  });

  it('serves who asks first, and nobody twice before the other', async () => {
    const { clock, pace } = aPace();
    const served: string[] = [];
    const ask = async (name: string) => {
      for (;;) {
        await pace.take(() => 200);
        served.push(name);
      }
    };
    ['hot', 'quiet'].forEach((name) => void ask(name).catch(() => undefined));
    await clock.goOn(700);
    expect(served).toEqual(['hot', 'quiet', 'hot', 'quiet']);
  });

  it('keeps no timer while nobody waits', async () => {
    const { clock, pace } = aPace();
    await pace.take(() => 200);
    expect(clock.pending()).toBe(0);
    const second = pace.take(() => 200);
    expect(clock.pending()).toBe(1);
    await clock.goOn(200);
    await second;
    expect(clock.pending()).toBe(0);
  });

  it('turns away who waits when it stops, and who comes after', async () => {
    const { clock, pace } = aPace({ mostPerSec: 10 });
    await pace.take(() => 1);
    const waiting = pace.take(() => 1);
    pace.stop();
    await expect(waiting).rejects.toThrow(PaceStoppedError);
    await expect(pace.take(() => 1)).rejects.toThrow(PaceStoppedError);
    expect(clock.pending()).toBe(0);
  });
});
