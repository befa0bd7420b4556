import { describe, expect, it } from '@jest/globals';
import { aWishFor, type Wish } from './wish.ts';
import { compareGroups } from './compare-groups.ts';
import { wishTimes } from './wish-times.ts';

function anAccepted(attemptId: string, acceptMs: number, group?: string): Wish {
  const shopper = { userId: `shopper of ${attemptId}`, accessToken: '' };
  return { ...aWishFor(shopper, 's', group), accepted: { attemptId, acceptMs, sentAt: 0 } };
}
const aSettled = (id: string, ms: number) => ({
  ...{ id, sale_id: 's', outcome: 'confirmed' as const, admitted: 1_000, settled: 1_000 + ms },
});

describe('times of wishes', () => {
  it('are told apart by the group of the crowd, refused wishes left out', () => {
    const refused = aWishFor({ userId: 'late', accessToken: '' }, 's', 'quiet');
    const wishes = [anAccepted('a', 5), anAccepted('b', 7, 'quiet'), refused];
    expect(wishTimes(wishes, [aSettled('a', 20), aSettled('b', 9)])).toEqual({
      accept: [5],
      'accept quiet': [7],
      settle: [20],
      'settle quiet': [9],
    });
  });
});

describe('a comparison of groups', () => {
  it('tells how many times longer the second one took', () => {
    const times = {
      'accept calm': [2, 4],
      'accept quiet': [5, 40],
      'settle calm': [10],
      'settle quiet': [15],
    };
    expect(compareGroups(times, 'calm', 'quiet')).toEqual({
      words:
        'accept p50 2 → 5 ms (2.5 ×), p99 4 → 40 ms (10.0 ×); settle p50 10 → 15 ms (1.5 ×), p99 10 → 15 ms (1.5 ×)',
      ratios: { accept: 2.5, settle: 1.5 },
    });
  });

  it('says so when a group was not measured', () => {
    const comparison = compareGroups({ 'accept calm': [2], 'accept quiet': [2] }, 'calm', 'quiet');
    expect(comparison).toMatchObject({ ratios: { accept: 1 } });
    expect(comparison.words).toMatch(/settle not measured$/);
  });

  it('counts nothing below a millisecond', () => {
    const times = { 'settle calm': [0], 'settle quiet': [3] };
    expect(compareGroups(times, 'calm', 'quiet').ratios).toEqual({ settle: 3 });
  });
});
