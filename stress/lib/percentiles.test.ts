import { describe, expect, it } from '@jest/globals';
import { percentiles } from './percentiles.ts';

describe('percentiles', () => {
  it('are values that were measured, by nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentiles(values)).toEqual({ count: 100, p50: 50, p95: 95, p99: 99, p999: 100, max: 100 });
    expect(percentiles([7])).toEqual({ count: 1, p50: 7, p95: 7, p99: 7, p999: 7, max: 7 });
  });

  it('are zero when nothing was measured', () => {
    expect(percentiles([])).toEqual({ count: 0, p50: 0, p95: 0, p99: 0, p999: 0, max: 0 });
  });
});
