import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { AttemptStatusBody } from '../../src/contracts/http.ts';
import type { JournalEntry } from '../../src/features/purchase/journal.ts';
import { listPendingMigrations, migrate } from '../../src/infrastructure/postgres/migrate.ts';
import { followRunId } from '../../src/infrastructure/redis/run-id.ts';
import { startNginx, type TestNginx } from '../../src/testing/start-nginx.ts';
import { startProcess, type TestProcess } from '../../src/testing/start-process.ts';
import { sendTo, tokenOf } from '../../src/testing/test-api.ts';
import { createEmptyDatabase, type TestDatabase } from '../../src/testing/test-database.ts';
import { startTestRedis, type TestRedis } from '../../src/testing/test-redis.ts';
import { givenSale, givenShoppers } from '../../src/testing/test-sale.ts';
import { until } from '../../src/testing/until.ts';
import { buildVersion, type BuiltVersion } from './build-version.ts';
import { expectKeptHistory, expectWholeDrop, playDrop, type DropAnswer } from './play-drop.ts';

const STOCK = 600;
const SHOPPERS = 1_500;
/** Shoppers go on asking for as long as a version takes to leave. */
const VARIABLES = { TRUST_PROXY: 'loopback', ADDRESS_LIMIT_EXEMPT: 'loopback', TRIES_LIMIT: '1000000' };

/** The processes of one version. */
interface Running {
  api: TestProcess;
  worker: TestProcess;
  port: number;
}

let old: BuiltVersion;
let database: TestDatabase;
let redisServer: TestRedis;
let nginx: TestNginx | undefined;
let running: Running[] = [];

beforeAll(async () => {
  old = await buildVersion(process.env.TEST_OLD_VERSION!);
}, 600_000);
afterAll(() => old.remove());
beforeEach(async () => {
  database = await createEmptyDatabase();
  redisServer = await startTestRedis();
  await old.run('migrate', ['up'], { DATABASE_URL: database.url });
}, 120_000);
afterEach(async () => {
  await nginx?.close();
  await Promise.all(running.flatMap(({ api, worker }) => [api.kill(), worker.kill()]));
  running = [];
  await redisServer.close();
  await database.close();
}, 60_000);

async function start(buildOf?: string): Promise<Running> {
  const stores = { databaseUrl: database.url, redisUrl: redisServer.url };
  const options = { variables: VARIABLES, ...(buildOf === undefined ? {} : { buildOf }) };
  const [api, worker] = await Promise.all([
    startProcess('server', stores, options),
    startProcess('worker', stores, options),
  ]);
  const { port } = api.logged().find(({ message }) => message === 'listening') as { port: number };
  const started = { api, worker, port };
  running.push(started);
  return started;
}

/** One attempt straight at a process. */
async function buyAt({ port }: Running, saleId: string, shopper: string): Promise<DropAnswer> {
  const { status, attempt, problem } = await sendTo(`http://127.0.0.1:${port}/api/purchase/attempt`, {
    method: 'POST',
    headers: {
      Authorization: tokenOf(shopper),
      'Content-Type': 'application/json',
      'Idempotency-Key': randomUUID(),
    },
    body: { saleId },
  });
  return { status, attemptId: attempt.attemptId, code: status === 202 ? undefined : problem.code };
}

/** What a process says of an attempt that another one accepted. */
async function askAt({ port }: Running, shopper: string, attemptId: string): Promise<AttemptStatusBody> {
  const url = `http://127.0.0.1:${port}/api/purchase/status?attemptId=${attemptId}`;
  return (await sendTo(url, { headers: { Authorization: tokenOf(shopper) } })).attempt;
}

/** Stops a version in order: both processes end by themselves, as after any good life. */
async function stop({ api, worker }: Running): Promise<void> {
  expect(await worker.stop()).toBe(0);
  expect(await api.stop()).toBe(0);
}

/**
 * Sells a sale over both, takes one of them away in the middle of it, and judges all that clients saw.
 */
async function dropOverBoth(leaving: Running, staying: Running): Promise<void> {
  const services = { db: database.db, redis: redisServer.redis, runId: await followRunId(redisServer.redis) };
  const sale = await givenSale(services, { stock: STOCK });
  const { saleId } = sale;
  const [first, second, ...crowd] = await givenShoppers(database.db, SHOPPERS);

  // Each knows what the other one accepted.
  const early = [await buyAt(leaving, saleId, first!), await buyAt(staying, saleId, second!)];
  await Promise.all(
    [
      { at: staying, shopper: first!, attemptId: early[0]!.attemptId! },
      { at: leaving, shopper: second!, attemptId: early[1]!.attemptId! },
    ].map(({ at, shopper, attemptId }) =>
      until(async () => (await askAt(at, shopper, attemptId)).status === 'confirmed', {
        what: 'one version tells the outcome of what the other one accepted',
        timeoutMs: 30_000,
      }),
    ),
  );

  nginx = await startNginx({ upstreams: [leaving.port, staying.port], tls: true });
  const journal: JournalEntry[] = [];
  let stopped: Promise<void> | undefined;
  let isStopping = false;
  const answers = await playDrop({
    ...{ url: nginx.url, certificate: nginx.certificate, sale, shoppers: crowd },
    journal: (entry) => journal.push(entry),
    answered: (count) => {
      if (count !== STOCK / 3) return;
      isStopping = true;
      stopped = stop(leaving).finally(() => (isStopping = false));
    },
    goOn: () => isStopping,
  });
  await stopped;
  await expectWholeDrop(services, { sale, stock: STOCK, answers: [...early, ...answers] });
  await expectKeptHistory(services, saleId, journal);
}

describe('two versions side by side', () => {
  it('the old one leaves in the middle of a drop, on the schema that the new one has expanded', async () => {
    const leaving = await start(old.folder);
    expect(await listPendingMigrations(database.db)).not.toEqual([]);
    await migrate(database.url); // under the old processes
    await dropOverBoth(leaving, await start());
  }, 400_000);

  it('the new one leaves in the middle of a drop: the old one goes on, on the expanded schema', async () => {
    await migrate(database.url);
    const leaving = await start();
    await dropOverBoth(leaving, await start(old.folder));
  }, 400_000);
});
