import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { startTestServices, type TestServices } from '../../testing/test-services.ts';
import { createPasswordTries, type PasswordTries } from './password-tries.ts';

let services: TestServices;
let tries: PasswordTries;
beforeAll(async () => {
  services = await startTestServices();
  tries = createPasswordTries({ redis: services.redis, logger: silentLogger });
});
afterAll(() => services.close());

const anEmail = () => `${randomUUID()}@shop.example`;
const guess = async (email: string, address: string, times: number) => {
  const answers = [];
  for (let n = 0; n < times; n += 1) answers.push(await tries.take(email, address));
  return answers.map((refusal) => refusal?.code ?? 'taken');
};
/** As if the wait were over. */
async function passWaits(): Promise<void> {
  for (const key of await services.redis.keys('password:*:failures:*'))
    await services.redis.hset(key, 'until', 0);
}

describe('tries at a password', () => {
  it('are free at first, then each wrong one makes the next wait twice as long, five minutes at most', async () => {
    const email = anEmail();
    expect(await guess(email, '192.0.2.1', 7)).toEqual([...Array<string>(6).fill('taken'), 'rate_limited']);
    const waits: number[] = [];
    for (let n = 0; n < 10; n += 1) {
      const refusal = await tries.take(email, '192.0.2.1');
      waits.push(Math.round(refusal!.retryAfterSec!));
      expect(refusal!.headers!['RateLimit']).toMatch(/^"password"; r=0; t=\d+$/);
      await passWaits();
      await tries.take(email, '192.0.2.1');
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
  });

  it('are counted one by one when they come at once, whatever the e-mail’s case', async () => {
    const email = anEmail();
    const spellings = [email, email.toUpperCase(), ` ${email} `];
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) => tries.take(spellings[n % 3]!, '192.0.2.1')),
    );
    expect(answers.filter((refusal) => refusal === null)).toHaveLength(6);
  });

  it('of a stranger cost the owner nothing', async () => {
    const email = anEmail();
    await guess(email, '203.0.113.9', 20);
    expect(await guess(email, '192.0.2.1', 5)).toEqual(Array<string>(5).fill('taken'));
  });

  it('that are right leave nothing behind', async () => {
    const email = anEmail();
    await guess(email, '192.0.2.1', 5);
    await tries.forget(email, '192.0.2.1');
    expect(await guess(email, '192.0.2.1', 6)).toEqual(Array<string>(6).fill('taken'));
  });

  it('from a hundred addresses are too many, but not from one that the account was opened from', async () => {
    const email = anEmail();
    await tries.forget(email, '192.0.2.1');
    for (let n = 0; n < 100; n += 1) expect(await tries.take(email, `203.0.113.${n}`)).toBeNull();
    expect((await tries.take(email, '198.51.100.1'))?.code).toBe('rate_limited');
    expect(await tries.take(email, '192.0.2.1')).toBeNull();
  });

  it('are kept without a word of whose they are, and not for ever', async () => {
    await tries.take('ada@shop.example', '192.0.2.77');
    const keys = await services.redis.keys('password:*');
    expect(keys.join(' ')).not.toMatch(/ada|shop|192/);
    for (const key of keys) expect(await services.redis.pttl(key)).toBeGreaterThan(0);
  });
});
