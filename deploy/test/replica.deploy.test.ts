import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { SaleDetails } from '../../src/features/sale/sale.model.ts';
import { startTestApi, tokenOf, type TestApi } from '../../src/testing/test-api.ts';
import { givenOperator, type TestOperator } from '../../src/testing/test-operator.ts';
import { startTestPipeline, type TestPipeline } from '../../src/testing/test-pipeline.ts';
import { givenSale, givenShoppers } from '../../src/testing/test-sale.ts';
import { until } from '../../src/testing/until.ts';
import { startArchivingPostgres, type ArchivingPostgres } from './archiving-postgres.ts';

let postgres: ArchivingPostgres;
let pipeline: TestPipeline;
let replica: pg.Client;
let api: TestApi;
let operator: TestOperator;
let sale: SaleDetails;
let shoppers: string[];
const testsCluster = process.env.TEST_DATABASE_URL!;

beforeEach(async () => {
  postgres = await startArchivingPostgres();
  process.env.TEST_DATABASE_URL = postgres.adminUrl;
  pipeline = await startTestPipeline();
  sale = await givenSale(pipeline, { stock: 2 });
  shoppers = await givenShoppers(pipeline.db, 2);
  await postgres.backUp();
  const url = new URL(await postgres.follow());
  url.pathname = new URL(pipeline.databaseUrl).pathname;
  replica = new pg.Client({ connectionString: url.href });
  replica.on('error', () => undefined); // it is ended before its connections
  await replica.connect();
  api = await startTestApi(pipeline, { REPORTS_DATABASE_URL: url.href });
  operator = await givenOperator(api, pipeline.db);
  await pipeline.startWorker();
}, 240_000);
afterEach(async () => {
  await api.close();
  await replica.end();
  await pipeline.close();
  process.env.TEST_DATABASE_URL = testsCluster;
  await postgres.close();
}, 60_000);

const exported = async (): Promise<number> => {
  const { status, text } = await operator.get(`/sales/${sale.saleId}/orders.csv`);
  return status === 200 ? text.trim().split('\r\n').length - 1 : 0;
};

async function buy(shopper: string): Promise<void> {
  expect((await api.attempt(shopper, { saleId: sale.saleId })).status).toBe(202);
  const path = `/api/purchase/status?saleId=${sale.saleId}`;
  const isConfirmed = async (): Promise<boolean> =>
    (await api.send(path, { headers: { Authorization: tokenOf(shopper) } })).attempt.status === 'confirmed';
  await until(isConfirmed, { what: 'it is confirmed', timeoutMs: 30_000 });
}

describe('a replica', () => {
  it('is what exports are read from, and no decision waits for it', async () => {
    await buy(shoppers[0]!);
    await until(async () => (await exported()) === 1, { what: 'the replica has it', timeoutMs: 30_000 });

    await replica.query('select pg_wal_replay_pause()');
    const isPaused = async (): Promise<boolean> => {
      const { rows } = await replica.query<{ state: string }>(
        'select pg_get_wal_replay_pause_state() as state',
      );
      return rows[0]?.state === 'paused';
    };
    await until(isPaused, { what: 'the replica stands still' });
    await buy(shoppers[1]!);
    expect(await exported()).toBe(1);

    await replica.query('select pg_wal_replay_resume()');
    await until(async () => (await exported()) === 2, {
      what: 'the replica has caught up',
      timeoutMs: 30_000,
    });
  }, 120_000);
});
