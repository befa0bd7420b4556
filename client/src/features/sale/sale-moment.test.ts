import { describe, expect, it } from '@jest/globals';
import { saleMoment } from './sale-moment.ts';
import { aStatus } from './testing/a-status.ts';

const start = Date.parse('2026-01-01T00:00:00.000Z');
const end = Date.parse('2026-01-01T01:00:00.000Z');

describe('saleMoment', () => {
  it('counts down to the start before it', () => {
    expect(saleMoment(aStatus({ state: 'scheduled' }), start - 1)).toEqual({
      state: 'scheduled',
      next: { event: 'opens', leftMs: 1 },
    });
  });

  it('opens by itself exactly at the start', () => {
    expect(saleMoment(aStatus({ state: 'scheduled' }), start).state).toBe('open');
  });

  it('ends by itself exactly at the end, whatever the last body said', () => {
    for (const state of ['open', 'paused', 'sold_out'] as const) {
      expect(saleMoment(aStatus({ state }), end - 1).state).toBe(state);
      expect(saleMoment(aStatus({ state }), end)).toEqual({ state: 'ended', next: undefined });
    }
  });

  it('keeps a stopped sale ended and a paused one paused, before the start too', () => {
    expect(saleMoment(aStatus({ state: 'ended' }), start - 1_000).state).toBe('ended');
    expect(saleMoment(aStatus({ state: 'paused' }), start - 1_000).state).toBe('paused');
  });
});
