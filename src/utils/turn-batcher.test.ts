import { describe, expect, it } from '@jest/globals';
import { createTurnBatcher } from './turn-batcher.ts';

const aTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function gathering() {
  const flushed: number[][] = [];
  const gather = createTurnBatcher<number>((items) => flushed.push(items));
  return { gather, flushed };
}

describe('batches by turns of the event loop', () => {
  it('hands a lone item over after one turn that brought nothing', async () => {
    const { gather, flushed } = gathering();
    gather(1);
    expect(flushed).toEqual([]);
    await aTurn();
    await aTurn();
    expect(flushed).toEqual([[1]]);
  });

  it('gathers what comes in turns that follow each other, in order of arrival', async () => {
    const { gather, flushed } = gathering();
    gather(1);
    gather(2);
    await aTurn();
    gather(3);
    await aTurn();
    await aTurn();
    expect(flushed).toEqual([[1, 2, 3]]);
  });

  it('lets nobody wait for longer than eight turns, however many come', async () => {
    const { gather, flushed } = gathering();
    for (let turn = 1; turn <= 20; turn += 1) {
      gather(turn);
      await aTurn();
    }
    expect(flushed).toEqual([
      [1, 2, 3, 4, 5, 6, 7, 8],
      [9, 10, 11, 12, 13, 14, 15, 16],
    ]);
  });

  it('begins anew after a batch', async () => {
    const { gather, flushed } = gathering();
    gather(1);
    await aTurn();
    await aTurn();
    gather(2);
    await aTurn();
    await aTurn();
    expect(flushed).toEqual([[1], [2]]);
  });
});
