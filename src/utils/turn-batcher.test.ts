import { describe, expect, it } from '@jest/globals';
import { createTurnBatcher } from './turn-batcher.ts';

const aTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function gathering(most: number) {
  const flushed: [key: string, items: number[]][] = [];
  const batch = createTurnBatcher<number>(most, (key, items) => flushed.push([key, items]));
  return { batch, flushed };
}

describe('batches by turns of the event loop', () => {
  it('hands a lone item over after one turn that brought nothing', async () => {
    const { batch, flushed } = gathering(10);
    batch('a', 1);
    expect(flushed).toEqual([]);
    await aTurn();
    await aTurn();
    expect(flushed).toEqual([['a', [1]]]);
  });

  it('gathers what comes in turns that follow each other, by key and in order of arrival', async () => {
    const { batch, flushed } = gathering(10);
    batch('a', 1);
    batch('b', 2);
    await aTurn();
    batch('a', 3);
    await aTurn();
    await aTurn();
    expect(flushed).toEqual([
      ['a', [1, 3]],
      ['b', [2]],
    ]);
  });

  it('lets nobody wait for longer than eight turns, however many come', async () => {
    const { batch, flushed } = gathering(100);
    for (let turn = 1; turn <= 20; turn += 1) {
      batch('a', turn);
      await aTurn();
    }
    expect(flushed.map(([, items]) => items)).toEqual([
      [1, 2, 3, 4, 5, 6, 7, 8],
      [9, 10, 11, 12, 13, 14, 15, 16],
    ]);
  });

  it('cuts what is more than a batch holds', async () => {
    const { batch, flushed } = gathering(2);
    for (const item of [1, 2, 3, 4, 5]) batch('a', item);
    await aTurn();
    await aTurn();
    expect(flushed.map(([, items]) => items)).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('begins anew after a batch', async () => {
    const { batch, flushed } = gathering(10);
    batch('a', 1);
    await aTurn();
    await aTurn();
    batch('a', 2);
    await aTurn();
    await aTurn();
    expect(flushed.map(([, items]) => items)).toEqual([[1], [2]]);
  });
});
