import { describe, expect, it } from '@jest/globals';
import { newestStatus } from './newest-status.ts';
import { aStatus } from './testing/a-status.ts';

describe('newestStatus', () => {
  it('takes the first body', () => {
    const incoming = aStatus({ seq: 7 });
    expect(newestStatus(undefined, incoming)).toBe(incoming);
  });

  it('takes a body with a higher seq, even when its server time is older', () => {
    const shown = aStatus({ seq: 7, serverTime: '2026-01-01T00:00:10.000Z' });
    const incoming = aStatus({ seq: 8, serverTime: '2026-01-01T00:00:09.000Z' });
    expect(newestStatus(shown, incoming)).toBe(incoming);
  });

  it('ignores a body with a lower seq, even when its server time is newer', () => {
    const shown = aStatus({ seq: 7, serverTime: '2026-01-01T00:00:10.000Z' });
    const incoming = aStatus({ seq: 6, serverTime: '2026-01-01T00:00:11.000Z' });
    expect(newestStatus(shown, incoming)).toBe(shown);
  });

  it('ignores a body with the same seq and an older server time', () => {
    const shown = aStatus({ serverTime: '2026-01-01T00:00:10.000Z' });
    const incoming = aStatus({ serverTime: '2026-01-01T00:00:09.999Z' });
    expect(newestStatus(shown, incoming)).toBe(shown);
  });

  it('takes a body with the same seq and the same or a newer server time', () => {
    const shown = aStatus({ serverTime: '2026-01-01T00:00:10.000Z' });
    const same = aStatus({ serverTime: '2026-01-01T00:00:10.000Z' });
    const newer = aStatus({ serverTime: '2026-01-01T00:00:10.001Z' });
    expect(newestStatus(shown, same)).toBe(same);
    expect(newestStatus(shown, newer)).toBe(newer);
  });

  it('does not compare bodies of different sales', () => {
    const incoming = aStatus({ saleId: 'other', seq: 1 });
    expect(newestStatus(aStatus({ seq: 9 }), incoming)).toBe(incoming);
  });
});
