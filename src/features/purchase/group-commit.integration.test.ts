import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withStockLock } from '../../infrastructure/postgres/advisory-lock.ts';
import { anAttempt, startTestPipeline, type TestPipeline } from '../../testing/test-pipeline.ts';
import { givenSale, givenShoppers } from '../../testing/test-sale.ts';
import { until } from '../../testing/until.ts';

let pipeline: TestPipeline;
beforeAll(async () => {
  pipeline = await startTestPipeline();
});
afterAll(() => pipeline.close());

describe('lone attempts', () => {
  it('share transactions, one job each though they are', async () => {
    const sale = await givenSale(pipeline, { stock: 200 });
    const shoppers = await givenShoppers(pipeline.db, 200);
    for (let start = 0; start < 200; start += 50) {
      const fifty = shoppers.slice(start, start + 50);
      await Promise.all(fifty.map((id) => pipeline.accept(sale, [anAttempt(sale.saleId, id)])));
    }
    expect(await pipeline.queue.counts()).toMatchObject({ waiting: 200 });

    const worker = await pipeline.startWorker();
    await until(async () => (await pipeline.inflight(sale.saleId)).length === 0, { what: 'the sale drains' });
    await worker.stop();
    const settled = await pipeline
      .db('stock_movements')
      .where({ stock_id: sale.stockId, cause: 'settled' })
      .select<{ delta: number }[]>('delta');
    expect(settled.reduce((sum, { delta }) => sum - delta, 0)).toBe(200);
    expect(settled.length).toBeLessThanOrEqual(50);
    const { rows } = await pipeline.db.raw<{ rows: { transactions: number }[] }>(
      'select count(distinct xmin::text) as transactions from purchase_attempts where sale_id = ?',
      [sale.saleId],
    );
    expect(rows[0]?.transactions).toBe(settled.length);
  });
});

describe('a quiet sale', () => {
  it('is settled while hundreds of jobs of a hot one wait for their stock', async () => {
    const hot = await givenSale(pipeline, { stock: 200 });
    const quiet = await givenSale(pipeline);
    const [last, ...crowd] = await givenShoppers(pipeline.db, 201);
    for (const id of crowd) await pipeline.accept(hot, [anAttempt(hot.saleId, id)]);
    await pipeline.accept(quiet, [anAttempt(quiet.saleId, last!)]);
    const worker = await withStockLock(pipeline.db, hot.stockId, async ({ tx }) => {
      // This one stands still for as long as the test takes; the server would end it after three seconds.
      await tx.raw('set local idle_in_transaction_session_timeout = 0');
      const started = await pipeline.startWorker();
      const isSettled = async (): Promise<boolean> => (await pipeline.inflight(quiet.saleId)).length === 0;
      await until(isSettled, { what: 'the quiet sale drains', timeoutMs: 60_000 });
      // With fewer jobs taken at once it is its turn only when the hot one's gave up waiting and went back.
      const isHeld = async (): Promise<boolean> => (await pipeline.queue.counts()).active === 200;
      await until(isHeld, { what: "all of the hot one's jobs wait for their stock", timeoutMs: 60_000 });
      expect(await pipeline.inflight(hot.saleId)).toHaveLength(200);
      return started;
    });
    await worker.stop();
  }, 150_000);
});
