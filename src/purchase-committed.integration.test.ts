import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { expectProblem } from './testing/expect-problem.ts';
import { startTestApi, type TestApi } from './testing/test-api.ts';
import { startTestPipeline, type TestPipeline } from './testing/test-pipeline.ts';
import { givenSale, givenShoppers } from './testing/test-sale.ts';

let pipeline: TestPipeline;
let api: TestApi;
let shoppers: string[];

beforeAll(async () => {
  pipeline = await startTestPipeline();
  shoppers = await givenShoppers(pipeline.db, 20);
  api = await startTestApi(pipeline, { ACK_DURABILITY: 'committed' });
});
afterAll(async () => {
  await api.close();
  await pipeline.close();
});

describe('under ACK_DURABILITY=committed', () => {
  it('nobody hears 202: without a worker it is outcome_unknown after 5 s, and the attempt stands', async () => {
    const { saleId } = await givenSale(pipeline, { stock: 1 });
    const buy = () => api.attempt(shoppers[0]!, { saleId }, { key: 'k' });
    const askedAt = Date.now();
    const [first, replay] = await Promise.all([buy(), buy()]);
    const tookMs = Date.now() - askedAt;
    expect(tookMs).toBeGreaterThan(4_500);
    expect(tookMs).toBeLessThan(8_000);
    const { attemptId } = expectProblem(first, 503, 'outcome_unknown');
    expect(expectProblem(replay, 503, 'outcome_unknown').attemptId).toBe(attemptId);

    await pipeline.startWorker();
    const told = await buy();
    expect(told.status).toBe(200);
    expect(told.attempt).toMatchObject({ attemptId, status: 'confirmed' });
    expect(await pipeline.db('orders').where({ attempt_id: attemptId })).toHaveLength(1);
  });

  it('a 200 tells the outcome that PostgreSQL has, and a replay the same', async () => {
    const { saleId } = await givenSale(pipeline, { stock: 10 });
    const crowd = shoppers.slice(1, 9);
    const answers = await Promise.all(crowd.map((id) => api.attempt(id, { saleId }, { key: 'k' })));
    for (const { status, attempt, headers } of answers) {
      expect(status).toBe(200);
      expect(headers.location).toBe(`/api/purchase/status?attemptId=${attempt.attemptId}`);
      const row = await pipeline.db('purchase_attempts').where({ id: attempt.attemptId }).first<object>();
      expect(row).toMatchObject({ outcome: attempt.status, sale_id: saleId });
    }
    const replay = await api.attempt(crowd[0]!, { saleId }, { key: 'k' });
    expect({ status: replay.status, body: replay.body }).toEqual({ status: 200, body: answers[0]!.body });
  });

  it('a 200 tells a rejection too', async () => {
    const { saleId } = await givenSale(pipeline, { stock: 1 });
    const { status, attempt } = await api.attempt(randomUUID(), { saleId }); // of an account that is not there
    expect({ status, outcome: attempt.status, reason: attempt.reason }).toEqual({
      status: 200,
      outcome: 'rejected',
      reason: 'set_aside',
    });
  });
});
