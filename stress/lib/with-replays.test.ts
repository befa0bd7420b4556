import { describe, expect, it } from '@jest/globals';
import { aWishFor } from './wish.ts';
import { withReplays } from './with-replays.ts';

describe('a crowd with replays', () => {
  it('holds every wish, in order, and one in twenty of them twice', () => {
    const wishes = Array.from({ length: 451 }, (_, index) =>
      aWishFor({ userId: String(index), accessToken: '' }, 's'),
    );
    const queue = withReplays(wishes);
    expect([...new Set(queue)]).toHaveLength(451);
    expect(queue.length - wishes.length).toBe(21);
    const once = [...new Set(queue)].map(({ shopper }) => Number(shopper.userId));
    expect(once.filter((at, index) => at < (once[index - 1] ?? -1))).toEqual([]);
  });

  it('has none when it is small', () => {
    const wishes = [aWishFor({ userId: 'u', accessToken: '' }, 's')];
    expect(withReplays(wishes)).toEqual(wishes);
  });
});
