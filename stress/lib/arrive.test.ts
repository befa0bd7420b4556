import { describe, expect, it } from '@jest/globals';
import { arrive, endless } from './arrive.ts';
import { now } from './wish.ts';

const inAMinute = () => now() + 60_000;

describe('arrivals', () => {
  it('without a rate are never more at once than there are connections', async () => {
    let [atOnce, most] = [0, 0];
    await arrive(Array.from({ length: 20 }), { rate: 0, connections: 3, endsAt: inAMinute() }, async () => {
      most = Math.max(most, (atOnce += 1));
      await Promise.resolve();
      atOnce -= 1;
    });
    expect({ most, atOnce }).toEqual({ most: 3, atOnce: 0 });
  });

  it('with a rate wait for nobody', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    let arrived = 0;
    await arrive(
      Array.from({ length: 10 }),
      { rate: 5_000, connections: 1, endsAt: inAMinute() },
      async () => {
        arrived += 1;
        if (arrived === 10) release();
        await released;
      },
    );
    expect(arrived).toBe(10);
  });

  it('are due at jittered times, in order', async () => {
    const due: number[] = [];
    await arrive(
      Array.from({ length: 50 }),
      { rate: 5_000, connections: 1, endsAt: inAMinute() },
      async (_, at) => {
        due.push(at);
      },
    );
    const gaps = due.slice(1).map((at, index) => at - (due[index] ?? 0));
    expect(gaps.every((gap) => gap >= 0)).toBe(true);
    expect(new Set(gaps).size).toBeGreaterThan(40);
  });

  it('end when the time is up', async () => {
    let turns = 0;
    await arrive(endless(), { rate: 0, connections: 1, endsAt: now() }, async () => void (turns += 1));
    expect(turns).toBe(0);
  });

  it('fail with the first that failed, after the others are done', async () => {
    let done = 0;
    const act = async (item: number): Promise<void> => {
      if (item === 1) throw new Error('no');
      await Promise.resolve();
      done += 1;
    };
    const arriving = arrive([0, 1], { rate: 0, connections: 2, endsAt: inAMinute() }, act);
    await expect(arriving).rejects.toThrow('no');
    expect(done).toBe(1);
  });
});
