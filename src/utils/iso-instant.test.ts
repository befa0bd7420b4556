import { describe, expect, it, jest } from '@jest/globals';
import { createIsoInstant } from './iso-instant.ts';

const [one, other] = [1_763_800_000_123, 1_763_800_000_124];

describe('an instant as text', () => {
  it('is what a date writes, whatever was asked before', () => {
    const isoInstant = createIsoInstant();
    for (const ms of [one, one, other, one, 0, 0, one + 0.5])
      expect(isoInstant(ms)).toBe(new Date(ms).toISOString());
  });

  it('is made once for those that share it', () => {
    const isoInstant = createIsoInstant();
    const made = jest.spyOn(Date.prototype, 'toISOString');
    try {
      for (const ms of [one, one, one, other, other]) isoInstant(ms);
      expect(made).toHaveBeenCalledTimes(2);
    } finally {
      made.mockRestore();
    }
  });

  it('is refused for what is none, and then good for the next', () => {
    const isoInstant = createIsoInstant();
    expect(isoInstant(one)).toBe('2025-11-22T08:26:40.123Z');
    for (const ms of [NaN, Infinity, 8.64e15 + 1]) expect(() => isoInstant(ms)).toThrow(RangeError);
    expect(isoInstant(one)).toBe('2025-11-22T08:26:40.123Z');
  });
});
