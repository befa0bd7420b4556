import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SaleDetails } from '../../src/features/sale/sale.model.ts';
import type { Database } from '../../src/infrastructure/postgres/database.ts';
import { QUEUE_PREFIX, saleKeys } from '../../src/infrastructure/redis/keys.ts';
import { followRunId, type RunId } from '../../src/infrastructure/redis/run-id.ts';
import { startProcess, type TestProcess } from '../../src/testing/start-process.ts';
import { createTestDatabase } from '../../src/testing/test-database.ts';
import { startTestRedisCluster, type TestRedisCluster } from '../../src/testing/test-redis-cluster.ts';
import { givenSale, givenShoppers } from '../../src/testing/test-sale.ts';
import { until } from '../../src/testing/until.ts';
import { expectKeptPromises, playDrop } from './play-drop.ts';

const STOCK = 300;
const SHOPPERS = 600;

let database: { url: string; db: Database; close(): Promise<void> };
let cluster: TestRedisCluster;
let runId: RunId;
let processes: TestProcess[] = [];
let shoppers: string[];

const masterOf = ({ saleId }: SaleDetails): number => cluster.masterOf(saleKeys(saleId).gate);

beforeEach(async () => {
  database = await createTestDatabase();
  cluster = await startTestRedisCluster({ replicas: 1 });
  runId = await followRunId(cluster.redis);
  shoppers = await givenShoppers(database.db, SHOPPERS);
  const stores = { databaseUrl: database.url, redisUrl: cluster.url };
  const variables = { ADDRESS_LIMIT_EXEMPT: 'loopback' };
  processes = await Promise.all([
    startProcess('server', stores, { variables }),
    startProcess('server', stores, { variables }),
    startProcess('worker', stores, { variables }),
  ]);
}, 200_000);
afterEach(async () => {
  await Promise.all(processes.map((process) => process.kill()));
  await cluster.close();
  await database.close();
}, 60_000);

/** Ids are dealt at random: of those that come, one whose gate lies with the queue, or apart from it. */
function givenSaleWithQueue(isWithQueue: boolean): Promise<SaleDetails> {
  const stores = { db: database.db, redis: cluster.redis, runId };
  return until(
    async () => {
      const sale = await givenSale(stores, { stock: STOCK });
      return (masterOf(sale) === cluster.masterOf(QUEUE_PREFIX)) === isWithQueue ? sale : null;
    },
    { what: 'a sale lies where it shall', timeoutMs: 60_000 },
  );
}

describe('a Redis Cluster that loses a master in the middle of a drop', () => {
  it.each([
    ['with the gate', { signal: 'SIGKILL', gate: true, queue: false }],
    ['with the queue', { signal: 'SIGKILL', gate: false, queue: true }],
    ['with both, which hangs and closes no line,', { signal: 'SIGSTOP', gate: true, queue: true }],
  ] as const)(
    '%s costs nobody what was accepted, and sells every unit once',
    async (_what, { signal, gate, queue }) => {
      const sale = await givenSaleWithQueue(gate && queue);
      const lost = gate ? masterOf(sale) : cluster.masterOf(QUEUE_PREFIX);
      let ended: Promise<void> | undefined;
      const ports = processes.flatMap(
        (process) => (process.logged().find(({ message }) => message === 'listening')?.port ?? []) as number,
      );
      const answers = await playDrop({
        ...{ url: `http://127.0.0.1:${ports[0]}`, sale, shoppers, isPatient: true },
        answered: (count) => {
          if (count === STOCK / 2) ended = cluster.end(lost, signal);
        },
      });
      await ended;
      const { redis } = cluster;
      await expectKeptPromises({ db: database.db, redis, runId }, { sale, stock: STOCK, answers });
      // The gate that the replica had was not believed; one that stayed was left alone.
      expect(await redis.hget(saleKeys(sale.saleId).gate, 'epoch')).toBe(gate ? '2' : '1');
      // Whoever was asked nothing meanwhile has followed too.
      const isHealthy = async () => (await fetch(`http://127.0.0.1:${ports[1]}/api/health`)).ok;
      await until(isHealthy, { what: 'the other process is healthy', timeoutMs: 30_000 });
    },
    240_000,
  );
});
