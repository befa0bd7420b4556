import { describe, expect, it } from '@jest/globals';
import { latencyOf, spreadOf } from './statistics.ts';

describe('the figures of a run', () => {
  it('are medians with their spread, or nothing', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3, count: 3 });
    expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4, count: 4 });
    expect(spreadOf([])).toBeNull();
  });

  it('are percentiles that were measured', () => {
    const values = Array.from({ length: 1000 }, (_, index) => index + 1);
    expect(latencyOf(values)).toEqual({ p50: 500, p95: 950, p99: 990, p999: 999, max: 1000 });
    expect(latencyOf([])).toEqual({ p50: 0, p95: 0, p99: 0, p999: 0, max: 0 });
  });
});
