import type { Change } from '../features/operator/make-once.ts';
import { measureDrift } from '../features/purchase/measure-drift.ts';
import type { SaleDetails } from '../features/sale/sale.model.ts';
import type { TestPipeline } from './test-pipeline.ts';

/** What PostgreSQL and the gate say of the stock of a sale. */
export const stockFigures = (pipeline: TestPipeline) => ({
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
