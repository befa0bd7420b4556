import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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

    await pipeline.startWorker();
    await until(async () => (await pipeline.inflight(sale.saleId)).length === 0, { what: 'the sale drains' });
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
