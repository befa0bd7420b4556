import { describe, expect, it } from '@jest/globals';
import { sampleBetween, type SaleReading } from './sale-sample.ts';

const aReading = (overrides: Partial<SaleReading> = {}): SaleReading => ({
  ...{ at: 1_000, total: 10, sold: 2, remaining: 8, epoch: 1 },
  counters: { received: '5', confirmed: '2', 'refused:sold_out': '1' },
  latency: { accept: [[2, 5]], settle: [], outcome: [] },
  ...overrides,
});

describe('a sample of a sale', () => {
  it('tells what happened since the reading before, by outcome and by latency', () => {
    const now = aReading({
      ...{ at: 1_001, sold: 4, remaining: 6 },
      counters: { received: '12', confirmed: '4', 'refused:sold_out': '4', 'rejected:sold_out': '2' },
      latency: {
        accept: [
          [2, 5],
          [9, 3],
        ],
        settle: [[40, 2]],
        outcome: [],
      },
    });
    expect(sampleBetween(aReading(), now, 1_000)).toEqual({
      ...{ at: 1_001, spanSec: 1, total: 10, sold: 4, remaining: 6 },
      counts: { received: 7, confirmed: 2, sold_out: 5 },
      latencyMs: { accept: [9, 9, 9], settle: [40, 40, 40] },
    });
  });

  it('is not worth keeping when nothing happened, but for every half minute', () => {
    const [before, now] = [aReading(), aReading({ at: 1_001 })];
    expect(sampleBetween(before, now, 972)).toBeNull();
    expect(sampleBetween(before, now, 971)).toMatchObject({ spanSec: 1, counts: {} });
  });

  it('is kept when units changed although nobody asked for any', () => {
    expect(sampleBetween(aReading(), aReading({ at: 1_001, total: 15, remaining: 13 }), 1_000)).toMatchObject(
      {
        total: 15,
        counts: {},
      },
    );
  });

  it('counts what there is after Redis began anew', () => {
    const now = aReading({ at: 1_002, counters: { received: '3' } });
    expect(sampleBetween(aReading(), now, 1_000)).toMatchObject({ counts: { received: 3 } });
  });
});
