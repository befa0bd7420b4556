import type { Change } from '../features/operator/make-once.ts';
import { measureDrift } from '../features/purchase/measure-drift.ts';
import { createEnsureGate } from '../features/purchase/rebuild.ts';
import type { SaleDetails } from '../features/sale/sale.model.ts';
import type { ChangeStockDeps } from '../features/stock/change-stock.ts';
import { silentLogger } from '../infrastructure/logging/logger.ts';
import { startTestApi, type TestApi } from './test-api.ts';
import { givenOperator, type TestOperator } from './test-operator.ts';
import { startTestPipeline, type TestPipeline } from './test-pipeline.ts';

/** An operator at a shop whose stock changes while it sells. */
export interface TestStockroom {
  pipeline: TestPipeline;
  api: TestApi;
  operator: TestOperator;
  /** For a change that stops half-way, as no request can. */
  deps: ChangeStockDeps;
  figures: ReturnType<typeof stockFigures>;
  close(): Promise<void>;
}

export async function startTestStockroom(): Promise<TestStockroom> {
  const pipeline = await startTestPipeline();
  const api = await startTestApi(pipeline);
  const ensureGate = createEnsureGate({ ...pipeline, logger: silentLogger });
  return {
    ...{ pipeline, api, figures: stockFigures(pipeline) },
    operator: await givenOperator(api, pipeline.db),
    deps: { ...pipeline, clock: Date, ensureGate, logger: silentLogger },
    async close() {
      await api.close();
      await pipeline.close();
    },
  };
}

/** What PostgreSQL and the gate say of the stock of a sale. */
const stockFigures = (pipeline: TestPipeline) => ({
  driftOf: async ({ saleId, stockId }: SaleDetails) =>
    (await measureDrift(pipeline, { saleId, stockId, epoch: await pipeline.epochOf(saleId) }))?.drift,
  stockOf: ({ stockId }: SaleDetails) =>
    pipeline.db('stocks').where({ id: stockId }).first<{ total: number; sold: number }>('total', 'sold'),
  movementsOf: async ({ stockId }: SaleDetails): Promise<number[]> => {
    const movements = pipeline.db('stock_movements').where({ stock_id: stockId }).orderBy('id');
    return (await movements.select<{ delta: number }[]>('delta')).map(({ delta }) => delta);
  },
});

/** A change as an operator asks for it, under a key or none. */
export const aChange = (actorId: string, key: string | null = null): Change => ({
  ...{ actor: { actorId, reason: 'test', requestId: 'r1' }, key, fingerprint: 'asked' },
});
