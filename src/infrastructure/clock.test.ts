import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Redis } from './redis/redis.ts';
import { createRedisClock } from './clock.ts';

/** A Redis whose time is fixed, and which answers at once. */
const redisAt = (ms: number): Redis =>
  ({ time: async () => [String(Math.floor(ms / 1_000)), '0'] }) as unknown as Redis;

afterEach(() => {
  jest.restoreAllMocks();
});

describe('createRedisClock', () => {
  it("tells Redis' time, whatever this machine believes the time to be, also when that is set back", async () => {
    const gateTime = Date.parse('2026-01-01T00:00:00Z');
    const machine = jest.spyOn(Date, 'now').mockReturnValue(gateTime + 300_000);
    const clock = await createRedisClock(redisAt(gateTime));
    const first = clock.now();
    machine.mockReturnValue(gateTime - 300_000);
    const second = clock.now();
    clock.close();
    expect(Math.abs(first - gateTime)).toBeLessThan(10_000);
    expect(second).toBeGreaterThanOrEqual(first);
    expect(second - first).toBeLessThan(10_000);
  });
});
