import { describe, expect, it } from '@jest/globals';
import { changesBetween, type Seen } from './seen-changes.ts';

const seen = (overrides: Partial<Seen> = {}): Seen => ({
  processes: { a: 'api 1', w: 'worker 2' },
  repairs: { gatesRebuilt: 0, attemptsAdopted: 0, batchesEnqueuedAgain: 0, unitsCorrected: 0 },
  jobsSetAside: 0,
  sales: { s: { epoch: 1, setAside: 0 } },
  ...overrides,
});

describe('what happened between two looks', () => {
  it('is nothing when nothing changed, and nothing at the first look', () => {
    expect(changesBetween(seen(), seen())).toEqual([]);
    expect(changesBetween(null, seen())).toEqual([]);
  });

  it('names a process that is gone and the one that took its place', () => {
    expect(changesBetween(seen(), seen({ processes: { b: 'api 3', w: 'worker 2' } }))).toEqual([
      { kind: 'process_started', process: 'api 3' },
      { kind: 'process_ended', process: 'api 1' },
    ]);
  });

  it('tells of a rebuilt gate and of attempts set aside, but not of the opening of a sale', () => {
    const now = seen({ sales: { s: { epoch: 2, setAside: 3 }, t: { epoch: 1, setAside: 0 } } });
    expect(changesBetween(seen(), now)).toEqual([
      { kind: 'gate_rebuilt', saleId: 's' },
      { kind: 'attempts_set_aside', saleId: 's', count: 3 },
    ]);
    const unopened = seen({ sales: { s: { epoch: 0, setAside: 0 } } });
    expect(changesBetween(unopened, seen())).toEqual([]);
  });

  it('counts repairs and jobs set aside, and is silent when Redis began anew', () => {
    const repairs = { gatesRebuilt: 1, attemptsAdopted: 4, batchesEnqueuedAgain: 2, unitsCorrected: 3 };
    const now = seen({ repairs, jobsSetAside: 1 });
    expect(changesBetween(seen(), now)).toEqual([
      { kind: 'units_corrected', count: 3 },
      { kind: 'batches_enqueued_again', count: 2 },
      { kind: 'attempts_adopted', count: 4 },
      { kind: 'jobs_set_aside', count: 1 },
    ]);
    expect(changesBetween(now, seen())).toEqual([]);
  });
});
