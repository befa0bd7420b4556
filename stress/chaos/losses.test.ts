import { describe, expect, it } from '@jest/globals';
import type { JournalEntry } from '../../src/features/purchase/journal.ts';
import { whatMayBeLost } from './losses.ts';

const accepted = (attemptId: string, sentAt: number): JournalEntry => ({
  ...{ sentAt, t: sentAt + 5_000, userId: 'u', saleId: 's', httpStatus: 202, attemptId },
});
const seen = () => [accepted('early', 1_000), accepted('late', 5_000)];

describe('what a round may have lost', () => {
  it('is what was accepted before Redis and an API process had both gone', () => {
    const mayBeLost = whatMayBeLost('queued', { redisLostAtMs: [3_000], apiDiedAtMs: [4_000, 500] }, seen);
    expect(['early', 'late', 'never'].map((id) => mayBeLost?.(id))).toEqual([true, false, false]);
  });

  it.each([
    ['committed', [3_000], [4_000]],
    ['queued', [3_000], []],
    ['queued', [], [4_000]],
  ] as const)('is nothing under %s with Redis lost at %j and processes dead at %j', (ack, redis, api) => {
    expect(whatMayBeLost(ack, { redisLostAtMs: redis, apiDiedAtMs: api }, seen)).toBeUndefined();
  });
});
