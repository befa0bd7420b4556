import { describe, expect, it } from '@jest/globals';
import { judgeBars } from './bars.ts';
import { rangeInWords } from './words.ts';
import type { ContenderName, Measurement, WorkName } from './measurement.ts';

const measured = (
  contender: ContenderName,
  work: WorkName,
  round: number,
  figures: Measurement['figures'],
): Measurement => ({
  ...{ contender, work, round, figures },
  ...{ counts: {}, usage: {}, generatorBusy: null, samples: [], invariants: [] },
});

describe('a bar', () => {
  const verdictOf = (id: string, measurements: Measurement[]) =>
    judgeBars(measurements).find((bar) => bar.id === id);

  it("is judged by the median of the rounds' own ratios", () => {
    const reads = [
      [60, 100],
      [10, 100],
      [1400, 2000],
    ].flatMap(([ours, bare], round) => [
      measured('stampede', 'status-reads', round, { readsPerSec: ours! }),
      measured('bare', 'get', round, { readsPerSec: bare! }),
    ]);
    expect(verdictOf('reads', reads)).toMatchObject({
      ratio: { median: 0.6, min: 0.1, max: 0.7, count: 3 },
      verdict: 'met',
    });
  });

  it('that is an upper bound is met below it', () => {
    const cpu = (us: number) => [
      measured('stampede', 'everybody-wins', 1, { nodeCpuUs: us }),
      measured('express', 'post', 1, { nodeCpuUs: 100 }),
    ];
    expect(verdictOf('cpu', cpu(140))?.verdict).toBe('met');
    expect(verdictOf('cpu', cpu(160))?.verdict).toBe('not met');
  });

  it('is not measured when one of its figures is missing', () => {
    expect(verdictOf('drop', [measured('stampede', 'whole-drop', 1, { soldAfterSec: 1 })])).toMatchObject({
      ratio: null,
      verdict: 'not measured',
    });
  });

  it('tells of how many rounds it is where the run had more', () => {
    const ratio = { median: 2, min: 1, max: 3, count: 2 };
    expect([rangeInWords(ratio, 2), rangeInWords(ratio, 5)]).toEqual([
      '(1.00 – 3.00)',
      '(1.00 – 3.00, 2 of 5 rounds)',
    ]);
  });
});
