import { describe, expect, it } from '@jest/globals';
import { aResult } from './testing/a-result.ts';
import { checkThresholds } from './thresholds.ts';

describe('thresholds', () => {
  it('are met at the limit itself', () => {
    const limits = { 'max-accept-p99': 8, 'min-answers-per-sec': 1000 };
    expect(checkThresholds(aResult(), limits)).toEqual([
      { option: '--max-accept-p99', limit: 8, measured: 8, ok: true },
      { option: '--min-answers-per-sec', limit: 1000, measured: 1000, ok: true },
    ]);
  });

  it('are missed beyond it', () => {
    const limits = { 'max-accept-p99': 7, 'min-settled-per-sec': 501 };
    expect(checkThresholds(aResult(), limits).map(({ ok }) => ok)).toEqual([false, false]);
  });

  it('are missed by a run that did not measure them', () => {
    expect(checkThresholds(aResult(), { 'max-quiet-p99': 1000 })).toEqual([
      { option: '--max-quiet-p99', limit: 1000, measured: null, ok: false },
    ]);
  });
});
