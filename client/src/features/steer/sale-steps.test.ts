import { describe, expect, it } from '@jest/globals';
import { shownState, stepsOf } from './sale-steps.ts';

const read = { state: 'active', version: 3 } as const;

describe('the state that is shown', () => {
  it('is what was read while nothing was asked for', () => {
    expect(shownState(read, undefined)).toEqual({ state: 'active', isExpected: false });
  });

  it('is what was asked for until a reading is as new as the answer', () => {
    expect(shownState(read, { state: 'paused' })).toEqual({ state: 'paused', isExpected: true });
    const answered = { state: 'paused', version: 4 } as const;
    expect(shownState(read, answered)).toEqual({ state: 'paused', isExpected: true });
    expect(shownState({ state: 'paused', version: 4 }, answered).isExpected).toBe(false);
  });

  it('is what is true when somebody else was faster', () => {
    const answered = { state: 'paused', version: 4 } as const;
    expect(shownState({ state: 'active', version: 5 }, answered).state).toBe('active');
  });
});

describe('what can be asked of a sale', () => {
  const verbsOf = (...asked: Parameters<typeof stepsOf>) => stepsOf(...asked).map(({ verb }) => verb);

  it('follows from its state', () => {
    expect(verbsOf('draft', false)).toEqual(['publish']);
    expect(verbsOf('active', false)).toEqual(['pause', 'stop']);
    expect(verbsOf('paused', false)).toEqual(['resume', 'stop']);
    expect(verbsOf('stopped', false)).toEqual([]);
  });

  it('is nothing that ends a sale which is over', () => {
    expect(verbsOf('active', true)).toEqual([]);
    expect(verbsOf('paused', true)).toEqual([]);
    expect(verbsOf('draft', true)).toEqual(['publish']);
  });
});
