import { describe, expect, it } from '@jest/globals';
import { planRound } from './plan-round.ts';

describe('a round', () => {
  const cost = { baselineMs: 200, othersMs: 100 };
  const planned = (done: number, leftMs: number, wanted = 5) => planRound({ done, wanted, leftMs, cost });

  it('is measured whole while nothing is known of how long it takes', () => {
    expect(planRound({ done: 0, wanted: 5, leftMs: 0, cost: null })).toBe('everything');
  });

  it('has the baseline while the rounds after it fit without it', () => {
    expect(planned(2, 500)).toBe('everything');
    expect(planned(2, 499)).toBe('without the baseline');
  });

  it('begins only if it ends in time', () => {
    for (const done of [2, 4]) {
      expect(planned(done, 100)).toBe('without the baseline');
      expect(planned(done, 99)).toBe('nothing');
    }
  });

  it('keeps the baseline for no more than five rounds to come', () => {
    expect(planned(2, 500, 50)).toBe('everything');
    expect(planned(20, 300, 50)).toBe('everything');
    expect(planned(20, 299, 50)).toBe('without the baseline');
  });
});
