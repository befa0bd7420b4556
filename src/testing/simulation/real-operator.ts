import { randomUUID } from 'node:crypto';
import { withStockLock } from '../../infrastructure/postgres/advisory-lock.ts';
import type { TestServices } from '../test-services.ts';
import { until } from '../until.ts';
import type { Shop } from './shop.ts';

type Operator = Pick<Shop, 'setState' | 'setWindow' | 'addUnits' | 'cancel'>;

/** What operators change in PostgreSQL; each change of stock under the stock's lock, with its movement. */
export function createOperator(
  { db, redis }: TestServices,
  { saleId, stockId }: { saleId: string; stockId: string },
): Operator {
  const gateMs = async (): Promise<number> => {
    const [seconds, micros] = await redis.time();
    return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
  };
  return {
    async setState(state) {
      await db('flash_sales').where({ id: saleId }).update({ state });
    },
    async setWindow(edge) {
      const nowMs = await gateMs();
      if (edge === 'opens') {
        await db('flash_sales')
          .where({ id: saleId })
          .update({ starts_at: db.raw('least(starts_at, ?)', [new Date(nowMs)]) });
        return;
      }
      // After the millisecond in which somebody may have been admitted.
      await db('flash_sales')
        .where({ id: saleId })
        .update({
          ends_at: db.raw(`least(ends_at, greatest(?, starts_at + interval '1 millisecond'))`, [
            new Date(nowMs + 1),
          ]),
        });
      await until(async () => (await gateMs()) > nowMs, { what: 'the sale is over', everyMs: 1 });
    },
    async addUnits(units) {
      await withStockLock(db, stockId, async ({ tx }) => {
        await tx('stocks').where({ id: stockId }).increment({ total: units, version: 1 });
        await tx('stock_movements').insert({ stock_id: stockId, delta: units, cause: 'operator' });
      });
    },
    async cancel(n) {
      await withStockLock(db, stockId, async ({ tx }) => {
        const orders = await tx('orders')
          .where({ sale_id: saleId, status: 'confirmed' })
          .orderBy('attempt_id')
          .select<{ id: string; quantity: number }[]>('id', 'quantity');
        const order = orders[n % Math.max(1, orders.length)];
        if (!order) return;
        await tx('orders').where({ id: order.id }).update({ status: 'cancelled' });
        await tx('stocks').where({ id: stockId }).decrement('sold', order.quantity).increment('version', 1);
        await tx('stock_movements').insert({
          ...{ stock_id: stockId, delta: order.quantity, cause: 'cancellation', change_id: randomUUID() },
        });
      });
    },
  };
}
