import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AttemptStatusBody } from './contracts/http.ts';
import type { SaleDetails } from './features/sale/sale.model.ts';
import { startProcess, type TestProcess } from './testing/start-process.ts';
import { tokenOf } from './testing/test-api.ts';
import { anAttempt, startTestPipeline, type TestPipeline } from './testing/test-pipeline.ts';
import { givenSale, givenShoppers } from './testing/test-sale.ts';
import { until } from './testing/until.ts';

const STOPPED_WITHIN_MS = 15_000;

let pipeline: TestPipeline;
let sale: SaleDetails;
let shoppers: string[];
let stopping: TestProcess | undefined;

beforeEach(async () => {
  pipeline = await startTestPipeline();
  sale = await givenSale(pipeline, { stock: 8 });
  shoppers = await givenShoppers(pipeline.db, 8);
});
afterEach(async () => {
  await stopping?.kill();
  stopping = undefined;
  await pipeline.close();
});

describe('a process that is told to stop', () => {
  it('as a worker finishes the transaction it is in and announces it, and then ends', async () => {
    stopping = await startProcess('worker', pipeline);
    const row = await pipeline.db.transaction();
    await row.raw('select 1 from stocks where id = ? for update', [sale.stockId]);
    await pipeline.accept(
      sale,
      shoppers.map((shopper) => anAttempt(sale.saleId, shopper)),
    );
    await until(async () => (await pipeline.queue.counts()).active === 1, { what: 'the worker has the job' });
    const stoppedAt = performance.now();
    const ended = stopping.stop();
    await row.rollback();
    expect(await ended).toBe(0);
    expect(performance.now() - stoppedAt).toBeLessThan(STOPPED_WITHIN_MS);
    expect(await pipeline.inflight(sale.saleId)).toEqual([]);
    expect(await pipeline.db('orders').where({ sale_id: sale.saleId })).toHaveLength(shoppers.length);
    expect(await pipeline.queue.counts()).toMatchObject({ waiting: 0, active: 0 });
  });

  it('as an API process takes nobody new, answers who waits for a commit, and then ends', async () => {
    stopping = await startProcess('server', pipeline, { variables: { ACK_DURABILITY: 'committed' } });
    const port = stopping.logged().find(({ message }) => message === 'listening')!.port as number;
    const url = `http://127.0.0.1:${port}/api`;
    const buying = fetch(`${url}/purchase/attempt`, {
      method: 'POST',
      headers: { Authorization: tokenOf(shoppers[0]!), 'Content-Type': 'application/json' },
      body: JSON.stringify({ saleId: sale.saleId }),
    });
    await until(async () => (await pipeline.queue.counts()).waiting === 1, { what: 'it is on the queue' });
    const stoppedAt = performance.now();
    const ended = stopping.stop();
    const isRefused = () =>
      fetch(`${url}/health/live`).then(
        () => false,
        () => true,
      );
    await until(isRefused, { what: 'it takes nobody new' });
    await pipeline.startWorker();
    const answer = await buying;
    expect(answer.status).toBe(200);
    expect((await answer.json()) as AttemptStatusBody).toMatchObject({ status: 'confirmed' });
    expect(await ended).toBe(0);
    expect(performance.now() - stoppedAt).toBeLessThan(STOPPED_WITHIN_MS);
  });
});
