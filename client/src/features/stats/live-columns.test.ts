import { describe, expect, it } from '@jest/globals';
import type { InstanceSampleBody, SaleSampleBody } from '../../../../src/contracts/live-http.ts';
import { layOut } from './live-columns.ts';

const instanceAt = (at: number): InstanceSampleBody => ({
  ...{ at, jobs: 2, oldestMs: 30, cpu: 0.4, memoryBytes: 1, loopLateMs: 3 },
});
const saleAt = (at: number, change: Partial<SaleSampleBody> = {}): SaleSampleBody => ({
  ...{ at, spanSec: 1, total: 10, sold: 3, remaining: 5, counts: {}, latencyMs: {} },
  ...change,
});
const byAt = <Sample extends { at: number }>(...samples: Sample[]) =>
  new Map(samples.map((sample) => [sample.at, sample]));

describe('the columns of the live screen', () => {
  it('count nothing in a second that was recorded, and know nothing of one that was not', () => {
    const samples = {
      sale: byAt(saleAt(11, { counts: { received: 4, confirmed: 1, sold_out: 2, not_enough_left: 1 } })),
      instance: byAt(instanceAt(10), instanceAt(11)),
    };
    const { at, outcomes, jobs } = layOut(samples, 9, 12);
    expect(at).toEqual([9, 10, 11, 12]);
    expect(outcomes.confirmed).toEqual([null, 0, 1, null]);
    expect(outcomes.sold_out).toEqual([null, 0, 3, null]);
    expect(jobs).toEqual([null, 2, 2, null]);
  });

  it('keep what is sold and promised as it was last known, also from before the window', () => {
    const sale = byAt(saleAt(3, { sold: 1, remaining: 9 }), saleAt(5), saleAt(11, { sold: 7, remaining: 3 }));
    const { total, sold, taken } = layOut({ sale, instance: byAt() }, 10, 12);
    expect(total).toEqual([10, 10, 10]);
    expect(sold).toEqual([3, 7, 7]);
    expect(taken).toEqual([5, 7, 7]);
  });

  it('spread what was counted over several seconds evenly', () => {
    const sale = byAt(saleAt(12, { spanSec: 2, counts: { confirmed: 6, overloaded: 2, sale_paused: 4 } }));
    const { outcomes } = layOut({ sale, instance: byAt() }, 10, 12);
    expect(outcomes.confirmed).toEqual([null, 3, 3]);
    expect(outcomes.turned_away).toEqual([null, 1, 1]);
    expect(outcomes.other).toEqual([null, 2, 2]);
  });

  it('show a latency only where one was measured', () => {
    const sale = byAt(saleAt(10, { latencyMs: { settle: [1, 5, 9] } }));
    const { latency } = layOut({ sale, instance: byAt() }, 10, 11);
    expect(latency).toEqual({ accept: [null, null], settle: [5, null], outcome: [null, null] });
  });
});
