import { afterEach, beforeEach, describe, it } from '@jest/globals';
import type { SaleDetails } from '../../src/features/sale/sale.model.ts';
import { followRunId } from '../../src/infrastructure/redis/run-id.ts';
import { startProcess, type TestProcess } from '../../src/testing/start-process.ts';
import { startTestRedis, type TestRedis } from '../../src/testing/test-redis.ts';
import { givenSale, givenShoppers } from '../../src/testing/test-sale.ts';
import { startTestServices, type TestServices } from '../../src/testing/test-services.ts';
import { until } from '../../src/testing/until.ts';
import { startTcpProxy, type TcpProxy } from '../../stress/chaos/tcp-proxy.ts';
import { expectKeptPromises, playDrop } from './play-drop.ts';

const STOCK = 300;
const SHOPPERS = 600;

let services: TestServices;
let standby: TestRedis;
/** The address that moves, as a Sentinel or a cloud's endpoint has one. */
let address: TcpProxy;
let redisPort: number;
let processes: TestProcess[] = [];
let sale: SaleDetails;
let shoppers: string[];

beforeEach(async () => {
  services = await startTestServices();
  standby = await startTestRedis();
  redisPort = services.redisServer.port;
  address = await startTcpProxy({ targetPort: () => redisPort });
  await standby.redis.replicaof('127.0.0.1', redisPort);
  const isFollowing = async (): Promise<boolean> =>
    (await standby.redis.info('replication')).includes('master_link_status:up');
  await until(isFollowing, { what: 'the standby follows', timeoutMs: 30_000 });
  sale = await givenSale(services, { stock: STOCK });
  shoppers = await givenShoppers(services.db, SHOPPERS);
  const stores = { databaseUrl: services.databaseUrl, redisUrl: `redis://127.0.0.1:${address.port}` };
  const variables = { ADDRESS_LIMIT_EXEMPT: 'loopback' };
  processes = await Promise.all([
    startProcess('server', stores, { variables }),
    startProcess('worker', stores, { variables }),
  ]);
}, 200_000);
afterEach(async () => {
  await Promise.all(processes.map((process) => process.kill()));
  await address.close();
  await standby.close();
  await services.close();
}, 60_000);

describe('a Redis whose standby takes over in the middle of a drop', () => {
  it('costs nobody what was accepted, and sells every unit once', async () => {
    let moved: Promise<void> | undefined;
    const takeOver = async (): Promise<void> => {
      await services.redisServer.kill();
      await standby.redis.replicaof('NO', 'ONE');
      redisPort = standby.port;
    };
    const port = processes[0]!.logged().find(({ message }) => message === 'listening')!.port as number;
    const answers = await playDrop({
      ...{ url: `http://127.0.0.1:${port}`, sale, shoppers, isPatient: true },
      answered: (count) => {
        if (count === STOCK / 2) moved = takeOver();
      },
    });
    await moved;
    const stores = { db: services.db, redis: standby.redis, runId: await followRunId(standby.redis) };
    await expectKeptPromises(stores, { sale, stock: STOCK, answers });
  }, 240_000);
});
