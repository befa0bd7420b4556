import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { connectRedis } from '../../infrastructure/redis/connect-redis.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import { givenShoppers } from '../../testing/test-sale.ts';
import { startTestServices, type TestServices } from '../../testing/test-services.ts';
import { until } from '../../testing/until.ts';
import { BLOCKED_USERS_CHANNEL, createBlockedUsers, type BlockedUsers } from './blocked-users.ts';

let services: TestServices;
let subscriber: Redis;
let blockedUsers: BlockedUsers;

beforeAll(async () => {
  services = await startTestServices();
  subscriber = await connectRedis(services.redisUrl, 'subscriber', { logger: silentLogger });
});
afterEach(() => blockedUsers.close());
afterAll(async () => {
  subscriber.disconnect();
  await services.close();
});

const setBlocked = (id: string, blocked: boolean) => services.db('users').where({ id }).update({ blocked });
const announceChange = () => services.redis.publish(BLOCKED_USERS_CHANNEL, '');
const givenShopper = async () => (await givenShoppers(services.db, 1))[0]!;

async function start(): Promise<void> {
  blockedUsers = createBlockedUsers({ subscriber, db: services.db, logger: silentLogger, retryMs: 20 });
  await blockedUsers.start();
}

describe('createBlockedUsers', () => {
  it('knows from the start who is blocked', async () => {
    const [one, two] = [await givenShopper(), await givenShopper()];
    await setBlocked(one, true);
    await start();
    expect([blockedUsers.isBlocked(one), blockedUsers.isBlocked(two)]).toEqual([true, false]);
  });

  it('hears of who is blocked and unblocked later', async () => {
    const shopper = await givenShopper();
    await start();
    await setBlocked(shopper, true);
    await announceChange();
    await until(() => blockedUsers.isBlocked(shopper), { what: 'the shopper is blocked' });
    await setBlocked(shopper, false);
    await announceChange();
    await until(() => !blockedUsers.isBlocked(shopper), { what: 'the shopper is free' });
  });

  it('misses none of many changes at once', async () => {
    const shoppers = await givenShoppers(services.db, 20);
    await start();
    await Promise.all(
      shoppers.map(async (id) => {
        await setBlocked(id, true);
        await announceChange();
      }),
    );
    await until(() => shoppers.every((id) => blockedUsers.isBlocked(id)), { what: 'all are blocked' });
  });

  it('learns after a reconnect what was announced while it was away', async () => {
    const shopper = await givenShopper();
    await start();
    await services.redisServer.stop();
    await setBlocked(shopper, true);
    await services.redisServer.restart({ keepStore: false });
    await until(() => blockedUsers.isBlocked(shopper), { what: 'the shopper is blocked' });
    await setBlocked(shopper, false);
    await announceChange();
    await until(() => !blockedUsers.isBlocked(shopper), { what: 'it listens again' });
  });

  it('hears nothing any more once closed', async () => {
    const shopper = await givenShopper();
    await start();
    await blockedUsers.close();
    expect(subscriber.listenerCount('message')).toBe(0);
    expect(blockedUsers.isBlocked(shopper)).toBe(false);
  });
});
