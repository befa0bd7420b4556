import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anAttempt, startTestPipeline, type TestPipeline } from '../../testing/test-pipeline.ts';
import { givenSale, givenShoppers } from '../../testing/test-sale.ts';
import { until } from '../../testing/until.ts';

const UNITS = 300;

let pipeline: TestPipeline;
let shoppers: string[];
beforeAll(async () => {
  pipeline = await startTestPipeline();
  shoppers = await givenShoppers(pipeline.db, UNITS);
});
afterAll(() => pipeline.close());

/** A sale that is all promised, in one batch. */
async function givenPromised() {
  const sale = await givenSale(pipeline, { stock: UNITS });
  await pipeline.accept(
    sale,
    shoppers.map((id) => anAttempt(sale.saleId, id)),
  );
  return sale;
}

/** Units of each transaction so far. */
async function settledBy(stockId: string): Promise<number[]> {
  const rows = await pipeline
    .db('stock_movements')
    .where({ stock_id: stockId, cause: 'settled' })
    .select<{ delta: number }[]>('delta');
  return rows.map(({ delta }) => -delta);
}

describe('a worker with SETTLE_MAX_PER_SEC', () => {
  it('settles a batch that is larger than it may in pieces, and all of it', async () => {
    const sale = await givenPromised();
    const worker = await pipeline.startWorker({ SETTLE_MAX_PER_SEC: '700' });
    await until(async () => (await pipeline.inflight(sale.saleId)).length === 0, { what: 'the sale drains' });
    await worker.stop();
    const settled = await settledBy(sale.stockId);
    expect(Math.max(...settled)).toBeLessThanOrEqual(140);
    expect(settled.reduce((sum, units) => sum + units, 0)).toBe(UNITS);
    expect(await pipeline.queue.counts()).toMatchObject({ waiting: 0, active: 0, delayed: 0, failed: 0 });
  });

  it('stops without waiting for its turn, and another worker settles the rest, each attempt once', async () => {
    const sale = await givenPromised();
    const worker = await pipeline.startWorker({ SETTLE_MAX_PER_SEC: '10' }); // half a minute for the batch
    await until(async () => (await settledBy(sale.stockId)).length > 0, { what: 'something is settled' });
    await worker.stop();
    expect((await settledBy(sale.stockId)).length).toBeLessThan(UNITS);
    await pipeline.startWorker();
    await until(async () => (await pipeline.inflight(sale.saleId)).length === 0, { what: 'the sale drains' });
    const settled = await settledBy(sale.stockId);
    expect(settled.reduce((sum, units) => sum + units, 0)).toBe(UNITS);
  });
});
