import { describe, expect, it } from '@jest/globals';
import { createRestartDelay } from './restart-delay.ts';

describe('createRestartDelay', () => {
  it('restarts at once after the first death, then waits longer, a second at most', () => {
    const delay = createRestartDelay();
    const waits = Array.from({ length: 7 }, () => delay.next(50));
    expect(waits).toEqual([0, 100, 200, 400, 800, 1000, 1000]);
  });

  it('forgets earlier deaths once a process has lived ten seconds', () => {
    const delay = createRestartDelay();
    delay.next(50);
    delay.next(50);
    expect(delay.next(10_000)).toBe(0);
    expect(delay.next(50)).toBe(100);
  });
});
