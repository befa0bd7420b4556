import type { Wish } from './wish.ts';

/** Every so many wishes one is sent twice with the same key, some distance apart. */
const REPLAY_EVERY = 20;
const REPLAY_DISTANCE = 50;

/** The crowd in order, with some wishes twice: the second time beside the first one, or after its answer. */
export function withReplays(wishes: readonly Wish[]): Wish[] {
  const queue = [...wishes];
  for (let at = wishes.length - 1 - REPLAY_DISTANCE; at >= 0; at -= REPLAY_EVERY) {
    const wish = wishes[at];
    if (wish) queue.splice(at + (at % 2 === 0 ? REPLAY_DISTANCE : 1), 0, wish);
  }
  return queue;
}
