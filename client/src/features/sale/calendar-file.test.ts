import { describe, expect, it } from '@jest/globals';
import { calendarFile } from './calendar-file.ts';
import { aStatus } from './testing/a-status.ts';

describe('calendarFile', () => {
  const sale = aStatus({
    saleId: 'a1',
    name: 'Lamp; the second, run',
    startsAt: '2026-03-01T09:00:00.000Z',
    endsAt: '2026-03-01T10:30:00.500Z',
  });

  it('tells when the sale opens and ends, in UTC, and where', () => {
    const lines = calendarFile(sale, 'https://shop.example/?sale=a1').split('\r\n');
    expect(lines).toContain('DTSTART:20260301T090000Z');
    expect(lines).toContain('DTEND:20260301T103000Z');
    expect(lines).toContain('URL:https://shop.example/?sale=a1');
    expect(lines).toContain('TRIGGER:-PT5M');
  });

  it('escapes what the format gives a meaning', () => {
    expect(calendarFile(sale, '')).toContain('SUMMARY:Lamp\\; the second\\, run\r\n');
  });

  it('folds long lines between characters', () => {
    const file = calendarFile({ ...sale, name: 'ä'.repeat(100) }, '');
    for (const line of file.split('\r\n'))
      expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
    expect(file.replaceAll('\r\n ', '')).toContain(`SUMMARY:${'ä'.repeat(100)}`);
  });
});
