import { describe, expect, it } from '@jest/globals';
import { parseCoreTime, stolenShareBetween } from './machine.ts';

describe('the time of the cores', () => {
  it('is the sum of its kinds, without that of guests, and holds what was stolen', () => {
    const stat = 'cpu  100 20 30 300 40 50 10 80 7 6\ncpu0 50 10 15 150 20 25 5 40 3 3\n';
    expect(parseCoreTime(stat)).toEqual({ total: 630, stolen: 80 });
  });

  it('gives the share that was stolen in between', () => {
    expect(stolenShareBetween({ total: 1_000, stolen: 40 }, { total: 1_400, stolen: 140 })).toBe(0.25);
    expect(stolenShareBetween({ total: 1_000, stolen: 40 }, { total: 1_000, stolen: 40 })).toBe(0);
  });

  it('is not known where the system does not tell it', () => {
    expect(parseCoreTime('')).toBeNull();
    expect(parseCoreTime('cpu  100 20 30 300')).toBeNull();
    expect(stolenShareBetween(null, { total: 1, stolen: 0 })).toBeNull();
  });
});
