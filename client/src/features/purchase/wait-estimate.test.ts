import { describe, expect, it } from '@jest/globals';
import { estimateWait, withSample, type PlaceSample } from './wait-estimate.ts';

describe('estimateWait', () => {
  it('says nothing before the line was seen to move', () => {
    expect(estimateWait([])).toBeUndefined();
    expect(estimateWait([{ position: 9, atMs: 0 }])).toBeUndefined();
    expect(
      estimateWait([
        { position: 9, atMs: 0 },
        { position: 9, atMs: 3_000 },
      ]),
    ).toBeUndefined();
  });

  it('tells a range around how long the line would take at its pace so far', () => {
    const seen = [
      { position: 300, atMs: 0 },
      { position: 200, atMs: 10_000 },
    ];
    expect(estimateWait(seen)).toEqual({ fromSec: 12, toSec: 34 });
  });

  it('forgets a pace of long ago', () => {
    let samples: PlaceSample[] = [];
    for (let read = 0; read < 30; read += 1) samples = withSample(samples, 1_000 - read, read * 3_000);
    expect(samples).toHaveLength(10);
    expect(withSample(samples, undefined, 0)).toEqual(samples);
  });
});
