import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';
import { startTestServices, type TestServices } from '../../testing/test-services.ts';
import { createNewAccounts, type NewAccounts } from './new-accounts.ts';

let services: TestServices;
let newAccounts: NewAccounts;
beforeAll(async () => {
  services = await startTestServices();
  newAccounts = createNewAccounts({ redis: services.redis, logger: silentLogger, exempt: ['loopback'] });
});
beforeEach(async () => {
  for (const key of await services.redis.keys('accounts:*')) await services.redis.del(key);
});
afterAll(() => services.close());

/** One account from each of so many addresses of a block at once: how many were made. */
const make = async (count: number, block = '203.0.113') => {
  const answers = await Promise.all(
    Array.from({ length: count }, (_, n) => newAccounts.take(`${block}.${n}`)),
  );
  return answers.filter((refusal) => refusal === null).length;
};
/** As if the wait were over. */
async function passWaits(): Promise<void> {
  for (const key of await services.redis.keys('accounts:*')) await services.redis.hset(key, 'until', 0);
}

describe('accounts made from one block of addresses', () => {
  it('are free at first, then each makes the next wait longer, five minutes at most', async () => {
    expect(await make(100)).toBe(60);
    const waits: number[] = [];
    for (let n = 0; n < 160; n += 1) {
      const refusal = await newAccounts.take('203.0.113.9');
      waits.push(Math.round(refusal!.retryAfterSec!));
      expect(refusal!.headers).toMatchObject({ 'RateLimit-Policy': '"accounts"; q=60; w=3600' });
      await passWaits();
      await newAccounts.take('203.0.113.9');
    }
    expect([waits.slice(0, 4), waits.at(-1)]).toEqual([[2, 4, 6, 8], 300]);
  });

  it('cost those of other blocks and exempt addresses nothing', async () => {
    await make(100);
    expect([await make(60, '198.51.100'), await make(200, '127.0.0')]).toEqual([60, 200]);
  });

  it('are forgotten an hour after the last', async () => {
    await make(1);
    const [key] = await services.redis.keys('accounts:*');
    expect(await services.redis.pttl(key!)).toBeGreaterThan(3_500_000);
  });
});

describe('over HTTP', () => {
  const apis: TestApi[] = [];
  afterAll(async () => {
    for (const api of apis) await api.close();
  });
  /** The block of the test has made all that is free. */
  const startFull = async (exempt = '') => {
    apis.push(
      await startTestApi(services, { DEMO: '1', TRUST_PROXY: 'loopback', ADDRESS_LIMIT_EXEMPT: exempt }),
    );
    await make(60);
    return apis.at(-1)!;
  };
  const post = async (api: TestApi, path: string, body: object, address = '203.0.113.200') =>
    (
      await api.send(`/api/auth/${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': address },
        body,
      })
    ).problem.code;
  const anAccount = (name: string) => ({ email: `${name}@shop.example`, password: 'a long enough one' });

  it('registration and guest sign-in wait together, and say how long', async () => {
    const api = await startFull();
    expect(await post(api, 'register', anAccount('ada'))).toBe('rate_limited');
    expect(await post(api, 'guest', {})).toBe('rate_limited');
    expect(await post(api, 'guest', {}, '192.0.2.1')).toBeUndefined();
  });

  it('a request that makes no account takes nothing', async () => {
    const api = await startFull();
    await passWaits();
    expect(await post(api, 'register', { email: 'nobody' })).toBe('invalid_request');
    expect(await post(api, 'guest', { role: 'admin' })).toBe('invalid_request');
    expect(await post(api, 'register', anAccount('grace'))).toBeUndefined();
    expect(await post(api, 'register', anAccount('joan'))).toBe('rate_limited');
  });
});
