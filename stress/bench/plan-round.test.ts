import { describe, expect, it } from '@jest/globals';
import { planRound } from './plan-round.ts';

describe('a round', () => {
  const cost = { baselineMs: 200, othersMs: 100 };

  it('is measured whole while nothing is known of how long it takes', () => {
    expect(planRound(5, 0, null)).toBe('everything');
  });

  it('has the baseline while the rounds after it fit without it', () => {
    expect(planRound(3, 500, cost)).toBe('everything');
    expect(planRound(3, 499, cost)).toBe('without the baseline');
  });

  it('begins only if it ends in time', () => {
    expect(planRound(3, 100, cost)).toBe('without the baseline');
    expect(planRound(3, 99, cost)).toBe('nothing');
    expect(planRound(1, 99, cost)).toBe('nothing');
  });
});
