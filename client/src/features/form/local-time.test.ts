import { describe, expect, it } from '@jest/globals';
import { parseTime, typeTime } from './local-time.ts';

describe('a typed time', () => {
  it('is read as it was written, whatever the zone', () => {
    for (const iso of ['2026-11-21T18:00:00.000Z', '2026-07-01T00:00:30.000Z', '2027-01-01T23:59:59.000Z'])
      expect(parseTime(typeTime(iso))).toBe(iso);
  });

  it('has seconds only when there are any', () => {
    expect(typeTime('2026-11-21T18:00:00.000Z')).toMatch(/^2026-11-2[12]T\d{2}:\d{2}$/);
    expect(typeTime('2026-11-21T18:00:09.000Z')).toMatch(/:09$/);
  });

  it('that is none is nothing', () => {
    expect([parseTime(''), parseTime(undefined), parseTime('tomorrow')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
