import { describe, expect, it } from '@jest/globals';
import { fillSeconds, linePath, niceCeiling, SERIES_SECONDS } from './series-path.ts';

describe('fillSeconds', () => {
  it('puts nothing where nothing happened, and leaves out what is older than the window', () => {
    const series = [
      { at: 700, received: 9, admitted: 0, confirmed: 0, rejected: 0 },
      { at: 999, received: 4, admitted: 0, confirmed: 0, rejected: 0 },
      { at: 1_000, received: 2, admitted: 0, confirmed: 0, rejected: 0 },
    ];
    const values = fillSeconds(series, 'received', 1_000);
    expect(values).toHaveLength(SERIES_SECONDS);
    expect(values.slice(-3)).toEqual([0, 4, 2]);
    expect(values.reduce((sum, value) => sum + value)).toBe(6);
  });
});

describe('niceCeiling', () => {
  it.each([
    [0, 10],
    [11, 15],
    [20, 20],
    [340, 400],
    [900, 1_000],
    [12_400, 15_000],
  ])('puts %d under %d', (highest, ceiling) => {
    expect(niceCeiling(highest)).toBe(ceiling);
  });
});

describe('linePath', () => {
  it('runs from left to right, with high figures at the top', () => {
    expect(linePath([0, 5, 10], 10, 100, 50)).toBe('M0.0 50.0L50.0 25.0L100.0 0.0');
  });
});
