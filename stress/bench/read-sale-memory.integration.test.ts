import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { epochKeys, saleKeys } from '../../src/infrastructure/redis/keys.ts';
import { startTestRedis, type TestRedis } from '../../src/testing/test-redis.ts';
import { readSaleMemory } from './read-sale-memory.ts';

describe('what Redis keeps of a sale', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startTestRedis();
  });
  afterAll(() => server.close());

  it('is counted by kind of key, with what is in flight and what would never expire', async () => {
    const { redis } = server;
    const saleId = randomUUID();
    const { prefix, known } = saleKeys(saleId);
    const { inflight, shoppers } = epochKeys(saleId, 3);
    await redis.hset(known, 'attempt', 'confirmed');
    await redis.hset(inflight, { one: '1', two: '2' });
    await redis.set(`${prefix}tries:anne`, '1');
    await redis.set(`${prefix}tries:bert`, '1');
    await redis.hset(shoppers, 'anne', '1');
    await redis.hset(saleKeys(randomUUID()).known, 'attempt', 'of another sale');
    for (const key of [known, inflight, `${prefix}tries:anne`, `${prefix}tries:bert`])
      await redis.expire(key, 60);

    const { bytes, bytesByKind, ...rest } = await readSaleMemory(redis, saleId);
    expect(rest).toEqual({ inflight: 2, withoutExpiry: [shoppers] });
    expect(Object.keys(bytesByKind).sort()).toEqual(['inflight', 'known', 'shoppers', 'tries']);
    const ofOne = (await redis.memory('USAGE', `${prefix}tries:anne`))!;
    expect(bytesByKind.tries).toBe(2 * ofOne);
    expect(Object.values(bytesByKind).reduce((sum, kind) => sum + kind, 0)).toBe(bytes);
  });
});
