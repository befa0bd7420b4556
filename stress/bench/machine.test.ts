import { describe, expect, it } from '@jest/globals';
import { readCoreTime, stolenShareBetween } from './machine.ts';

describe('the time of the cores', () => {
  it('grows, and what was stolen is part of it', async () => {
    const before = await readCoreTime();
    const until = Date.now() + 50;
    while (Date.now() < until);
    const after = await readCoreTime();
    expect(after!.total).toBeGreaterThan(before!.total);
    expect(stolenShareBetween(before, after)).toBeGreaterThanOrEqual(0);
    expect(stolenShareBetween(before, after)).toBeLessThanOrEqual(1);
  });

  it('gives the share that was stolen in between', () => {
    expect(stolenShareBetween({ total: 1_000, stolen: 40 }, { total: 1_400, stolen: 140 })).toBe(0.25);
    expect(stolenShareBetween({ total: 1_000, stolen: 40 }, { total: 1_000, stolen: 40 })).toBe(0);
  });

  it('is not known where the system does not tell it', () => {
    expect(stolenShareBetween(null, { total: 1, stolen: 0 })).toBeNull();
  });
});
