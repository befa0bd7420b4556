import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createMemoryStorage } from '../testing/memory-storage.ts';
import { keepSession } from './keep-session.ts';
import type { Renewal } from './renew-session.ts';
import { createSession } from './session.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function setUp(expiresIn: number, renewals: Renewal[] = []) {
  const session = createSession({ storage: createMemoryStorage(), onStorageChange: () => {} });
  const asked: number[] = [];
  const startedAt = Date.now();
  const body = (accessToken: string) => ({
    ...{ user: { id: 'ann', email: '', name: '', role: 'shopper' as const }, accessToken, expiresIn },
  });
  keepSession({
    session,
    nowMs: () => Date.now(),
    renew: async () => {
      asked.push((Date.now() - startedAt) / 1000);
      const renewal = renewals.shift() ?? 'renewed';
      if (renewal === 'renewed') session.begin(body(`token ${asked.length}`));
      else if (renewal === 'ended') session.end();
      return renewal;
    },
  });
  session.begin(body('token'));
  return asked;
}

describe('keeping the session', () => {
  it('renews a minute before the token expires, each time', async () => {
    const asked = setUp(900);
    await jest.advanceTimersByTimeAsync(1_700_000);
    expect(asked).toEqual([840, 1680]);
  });

  it('renews a short-lived token at half of its life', async () => {
    const asked = setUp(10);
    await jest.advanceTimersByTimeAsync(16_000);
    expect(asked).toEqual([5, 10, 15]);
  });

  it('tries again while the server is away, and not when the session is over', async () => {
    const asked = setUp(900, ['unreachable', 'unreachable', 'ended']);
    await jest.advanceTimersByTimeAsync(2_000_000);
    expect(asked).toEqual([840, 850, 860]);
  });
});
