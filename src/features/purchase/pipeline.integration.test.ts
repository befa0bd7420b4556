import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anAttempt, startTestPipeline, type TestPipeline } from '../../testing/test-pipeline.ts';
import { givenSale, givenShoppers } from '../../testing/test-sale.ts';
import { until } from '../../testing/until.ts';

describe('the pipeline', () => {
  let pipeline: TestPipeline;
  beforeAll(async () => {
    pipeline = await startTestPipeline();
  });
  afterAll(() => pipeline.close());

  it('makes every promise true and sells exactly the units that exist', async () => {
    const sale = await givenSale(pipeline, { stock: 30 });
    const shoppers = await givenShoppers(pipeline.db, 100);
    await pipeline.startWorker();
    const accepted = await pipeline.accept(
      sale,
      shoppers.map((shopper) => anAttempt(sale.saleId, shopper)),
    );
    expect(accepted).toHaveLength(30);
    await until(async () => (await pipeline.inflight(sale.saleId)).length === 0, { what: 'the sale drains' });
    const stock = await pipeline.db('stocks').where({ id: sale.stockId }).first<{ sold: number }>('sold');
    expect(stock.sold).toBe(30);
    expect(await pipeline.tokens(sale.saleId)).toBe(0);
  });
});
