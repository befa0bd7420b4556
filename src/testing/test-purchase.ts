import type { SaleDetails } from '../features/sale/sale.model.ts';
import { startTestApi, tokenOf, type Answer, type TestApi } from './test-api.ts';
import { startTestPipeline, type TestPipeline } from './test-pipeline.ts';
import { givenSale, givenShoppers, type SaleOverrides } from './test-sale.ts';
import { until } from './until.ts';

export interface TestPurchase {
  pipeline: TestPipeline;
  api: TestApi;
  /** A shopper who has not been here before. */
  aShopper(): string;
  aSale(overrides?: SaleOverrides): Promise<SaleDetails>;
  /** The status of a shopper's attempt. */
  ask(shopperId: string, query: string): Promise<Answer>;
  /** Waits until the attempt has its outcome. */
  decided(shopperId: string, attemptId: string): Promise<Answer>;
  /** Runs `work` while a worker settles. */
  whileSettling<Result>(work: () => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** A pipeline with an API in front of it, and shoppers who ask it by HTTP. */
export async function startTestPurchase(): Promise<TestPurchase> {
  const pipeline = await startTestPipeline();
  const shoppers = await givenShoppers(pipeline.db, 60);
  const api = await startTestApi(pipeline);
  let taken = 0;
  const ask = (shopperId: string, query: string): Promise<Answer> =>
    api.send(`/api/purchase/status?${query}`, { headers: { Authorization: tokenOf(shopperId) } });
  return {
    pipeline,
    api,
    aShopper: () => shoppers[taken++]!,
    aSale: (overrides = {}) => givenSale(pipeline, overrides),
    ask,
    decided: (shopperId, attemptId) =>
      until(
        async () => {
          const answer = await ask(shopperId, `attemptId=${attemptId}`);
          return answer.attempt.status === 'queued' || answer.status !== 200 ? null : answer;
        },
        { what: 'the attempt is decided' },
      ),
    async whileSettling(work) {
      const worker = await pipeline.startWorker();
      try {
        return await work();
      } finally {
        await worker.stop();
      }
    },
    async close() {
      await api.close();
      await pipeline.close();
    },
  };
}
