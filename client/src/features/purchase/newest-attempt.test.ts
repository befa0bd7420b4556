import { describe, expect, it } from '@jest/globals';
import { newestAttempt } from './newest-attempt.ts';
import { anAttempt } from './testing/an-attempt.ts';

const queuedAt = (position?: number) =>
  anAttempt({ status: 'queued', ...(position !== undefined && { position }) });

describe('newestAttempt', () => {
  it('never lets the place in line go up', () => {
    const shown = [5, 3, 4, 2].reduce(
      (before, position) => newestAttempt(before, queuedAt(position)),
      newestAttempt(undefined, queuedAt(7)),
    );
    expect(shown.position).toBe(2);
    expect(newestAttempt(shown, queuedAt(6)).position).toBe(2);
  });

  it('shows no place when there is none any more, and remembers the lowest one', () => {
    const without = newestAttempt(newestAttempt(undefined, queuedAt(4)), queuedAt());
    expect(without.position).toBeUndefined();
    expect(newestAttempt(without, queuedAt(9)).position).toBe(4);
  });

  it('keeps an outcome for ever', () => {
    const decided = newestAttempt(newestAttempt(undefined, queuedAt(1)), anAttempt({ status: 'confirmed' }));
    expect(newestAttempt(decided, queuedAt(1)).status).toBe('confirmed');
    expect(newestAttempt(decided, anAttempt({ status: 'rejected', reason: 'sold_out' })).status).toBe(
      'confirmed',
    );
  });

  it('starts anew with another attempt', () => {
    const decided = newestAttempt(undefined, anAttempt({ status: 'confirmed' }));
    const other = anAttempt({ attemptId: 'other', status: 'queued', position: 30 });
    expect(newestAttempt(decided, other)).toMatchObject({ attemptId: 'other', position: 30 });
  });
});
