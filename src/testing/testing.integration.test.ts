import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { saleKeys } from '../infrastructure/redis/keys.ts';
import { givenSale, givenShoppers } from './test-sale.ts';
import { startTestServices, type TestServices } from './test-services.ts';

describe('services for tests', () => {
  let services: TestServices;
  beforeAll(async () => {
    services = await startTestServices({ appendOnly: true });
  });
  afterAll(() => services.close());

  it('gives a migrated database of its own', async () => {
    expect(await services.db('orders').count('* as n')).toEqual([{ n: 0 }]);
    expect(await givenShoppers(services.db, 3)).toHaveLength(3);
  });

  it('opens the gate of a sale', async () => {
    const sale = await givenSale(services, { stock: 7, perShopperLimit: 2 });
    const gate = await services.redis.hgetall(saleKeys(sale.saleId).gate);
    expect(gate).toMatchObject({ epoch: '1', total: '7', limit: '2', runId: services.runId.of(sale.saleId) });
  });

  it('restarts Redis with and without what it held', async () => {
    const { redis, redisServer } = services;
    await redis.set('kept', 'yes');
    await redisServer.restart({ keepStore: true });
    expect(await redis.get('kept')).toBe('yes');
    await redisServer.kill();
    await redisServer.restart({ keepStore: true });
    expect(await redis.get('kept')).toBe('yes');
    await redisServer.restart({ keepStore: false });
    expect(await redis.get('kept')).toBeNull();
  });
});
