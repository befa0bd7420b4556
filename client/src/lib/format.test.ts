import { describe, expect, it } from '@jest/globals';
import { formatCount, formatCountdown, formatMs, formatPrice, speakDuration } from './format.ts';

describe('formatCountdown', () => {
  it.each([
    [-5, '00:00'],
    [0, '00:00'],
    [1, '00:01'],
    [59_000, '00:59'],
    [59_001, '01:00'],
    [3_600_000, '01:00:00'],
    [86_400_000 + 3_600_000 + 61_000, '1d 01:01:01'],
    [86_400_000, '1d 00:00:00'],
  ])('shows %d ms as %s', (leftMs, text) => {
    expect(formatCountdown(leftMs)).toBe(text);
  });
});

describe('speakDuration', () => {
  it.each([
    [0, '0 seconds'],
    [9_001, '10 seconds'],
    [60_000, '1 minute'],
    [2 * 3_600_000 + 5 * 60_000, '2 hours 5 minutes'],
    [86_400_000, '1 day'],
  ])('speaks %d ms as "%s"', (leftMs, text) => {
    expect(speakDuration(leftMs)).toBe(text);
  });
});

describe('formatPrice', () => {
  it('knows how many minor units a currency has', () => {
    expect(formatPrice(4_990, 'EUR')).toBe('€49.90');
    expect(formatPrice(4_990, 'JPY')).toBe('¥4,990');
  });
});

describe('formatCount', () => {
  it('groups digits from ten thousand up', () => {
    expect([formatCount(0), formatCount(9_999), formatCount(10_000)]).toEqual(['0', '9999', '10,000']);
  });
});

describe('formatMs', () => {
  it('keeps the digits that matter', () => {
    expect([formatMs(0.42), formatMs(12.4), formatMs(1_260)]).toEqual(['0.4 ms', '12 ms', '1.3 s']);
  });
});
