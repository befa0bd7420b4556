import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { StatsBody } from '../../contracts/http.ts';
import { epochKeys } from '../../infrastructure/redis/keys.ts';
import { expectProblem } from '../../testing/expect-problem.ts';
import { startTestApi, tokenOf, type Answer, type TestApi } from '../../testing/test-api.ts';
import { anAttempt, startTestPipeline, type TestPipeline } from '../../testing/test-pipeline.ts';
import { givenSale, givenShoppers } from '../../testing/test-sale.ts';
import { until } from '../../testing/until.ts';
import type { AttemptBatch } from '../purchase/purchase.model.ts';

let pipeline: TestPipeline;
let api: TestApi;
let shoppers: string[];
const operator = tokenOf(randomUUID(), { role: 'operator' });

beforeAll(async () => {
  pipeline = await startTestPipeline();
  shoppers = await givenShoppers(pipeline.db, 20);
  api = await startTestApi(pipeline);
});
afterAll(async () => {
  await api.close();
  await pipeline.close();
});

const read = (query: string, token = operator): Promise<Answer> =>
  api.send(`/api/flash-sale/stats${query}`, { headers: { Authorization: token } });

describe('the figures of a sale', () => {
  it('agree with what happened, before it is settled and after', async () => {
    const { saleId } = await givenSale(pipeline, { stock: 5, perShopperLimit: 2 });
    const statsWhen = (isSo: (stats: StatsBody) => boolean, what: string): Promise<StatsBody> =>
      until(
        async () => {
          const stats = (await read(`?saleId=${saleId}`)).body as StatsBody;
          return isSo(stats) ? stats : null;
        },
        { what },
      );
    const quantities = [1, 2, 3, 1, 2]; // the third is over the limit, the last finds one unit
    for (const [index, quantity] of quantities.entries())
      await api.attempt(shoppers[index]!, { saleId, quantity }, { key: 'k' });
    await api.attempt(shoppers[0]!, { saleId, quantity: 1 }, { key: 'k' }); // a replay counts for nothing
    await api.attempt(shoppers[5]!, { saleId, quantity: 0 }); // and so does what is malformed
    const unknown = randomUUID();
    await api.attempt(unknown, { saleId }); // settle will set this one aside
    await api.attempt(shoppers[6]!, { saleId });

    const queued = await statsWhen(({ attempts }) => attempts.received === 7, 'every attempt is counted');
    expect(queued).toMatchObject({
      saleId,
      state: 'sold_out',
      stock: { total: 5, sold: 0, promised: 5, remaining: 0 },
      attempts: { received: 7, admitted: 4, confirmed: 0 },
      queue: { waiting: 4, active: 0, failed: 0 },
    });
    expect(queued.attempts.rejected).toEqual({ limit_reached: 1, not_enough_left: 1, sold_out: 1 });

    await pipeline.startWorker();
    const settled = await statsWhen(
      ({ attempts, stock, queue }) =>
        attempts.confirmed === 3 && stock.remaining === 1 && stock.sold === 4 && queue.active === 0,
      'everything is settled',
    );
    expect(settled).toMatchObject({
      state: 'open',
      stock: { total: 5, sold: 4, promised: 0, remaining: 1 },
      attempts: { received: 7, admitted: 4, confirmed: 3 },
      queue: { waiting: 0, active: 0, delayed: 0, failed: 0, oldestMs: 0 },
    });
    expect(settled.attempts.rejected).toEqual({ ...queued.attempts.rejected, set_aside: 1 });
    const sums = { received: 0, admitted: 0, confirmed: 0, rejected: 0 };
    for (const second of settled.series) {
      for (const field of ['received', 'admitted', 'confirmed', 'rejected'] as const)
        sums[field] += second[field];
    }
    expect(sums).toEqual({ received: 7, admitted: 4, confirmed: 3, rejected: 4 });

    const measured = await statsWhen(
      ({ latencyMs }) => latencyMs.settle.p50 > 0 && latencyMs.accept.p50 > 0 && latencyMs.outcome.p50 > 0,
      'the latencies are gathered',
    );
    for (const { p50, p95, p99 } of Object.values(measured.latencyMs)) {
      expect(p95).toBeGreaterThanOrEqual(p50);
      expect(p99).toBeGreaterThanOrEqual(p95);
    }
    expect(measured.invariants.length).toBeGreaterThanOrEqual(6);
    await statsWhen(({ invariants }) => invariants.every(({ ok }) => ok), 'every promise is kept');
  });

  it('count what healed by itself, and what was set aside', async () => {
    const sale = await givenSale(pipeline);
    const before = (await read(`?saleId=${sale.saleId}`)).body as StatsBody;
    const attempts = [anAttempt(sale.saleId, shoppers[0]!)];
    await pipeline.accept(sale, attempts, { enqueue: false }); // as an API process that died leaves it
    await pipeline.redis.incrby(epochKeys(sale.saleId, 1).tokens, 3);
    await pipeline.queue.add(randomUUID(), { poison: true } as unknown as AttemptBatch);
    const worker = await pipeline.startWorker();
    try {
      const healed = await until(
        async () => {
          const stats = (await read(`?saleId=${sale.saleId}`)).body as StatsBody;
          return stats.attempts.confirmed === 1 && stats.repairs.unitsCorrected > 0 && stats.queue.failed > 0
            ? stats
            : null;
        },
        { what: 'everything is healed' },
      );
      expect(healed.repairs).toEqual({
        ...before.repairs,
        batchesEnqueuedAgain: before.repairs.batchesEnqueuedAgain + 1,
        unitsCorrected: before.repairs.unitsCorrected + 3,
      });
      expect(healed.queue.failed).toBe(before.queue.failed + 1);
      expect(healed.stock).toMatchObject({ sold: 1, remaining: 9 });
    } finally {
      await worker.stop();
    }
  });

  it('are for operators, and for anyone only in a demo', async () => {
    const { saleId } = await givenSale(pipeline);
    expectProblem(await read(`?saleId=${saleId}`, tokenOf(shoppers[0]!)), 403, 'forbidden');
    expectProblem(await api.send(`/api/flash-sale/stats?saleId=${saleId}`), 401, 'unauthenticated');
    expectProblem(await read('?saleId=x'), 400, 'invalid_request');
    expectProblem(await read(`?saleId=${randomUUID()}`), 404, 'sale_not_found');
    const demo = await startTestApi(pipeline, { DEMO: '1' });
    try {
      expect((await demo.send(`/api/flash-sale/stats?saleId=${saleId}`)).status).toBe(200);
    } finally {
      await demo.close();
    }
  });

  it('without a sale named are those of the sale opened last', async () => {
    await givenSale(pipeline, { opensInSec: -30 });
    const { saleId } = await givenSale(pipeline, { opensInSec: -5 });
    await givenSale(pipeline, { opensInSec: 600 });
    await until(async () => ((await read('')).body as StatsBody).saleId === saleId, { what: 'it is shown' });
  });
});
