import type { CancelledOrderBody } from '../../contracts/operator-http.ts';
import { RefusalError } from '../../errors/refusal.ts';
import { withStockLock } from '../../infrastructure/postgres/advisory-lock.ts';
import { CHANNELS, ordersCacheKey } from '../../infrastructure/redis/keys.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { requireName } from '../operator/change-request.ts';
import { makeOnce, type Change, type ChangeAnswer } from '../operator/make-once.ts';
import { repairShopper } from '../purchase/repair-shopper.ts';
import { showStock, type ChangeStockDeps } from '../stock/change-stock.ts';
import { writeMovement } from '../stock/stock.repository.ts';
import {
  findSoldOrder,
  listUntold,
  markTold,
  writeCancelled,
  type SoldOrder,
} from './cancel-order.repository.ts';

export type CancelDeps = Pick<ChangeStockDeps, 'db' | 'redis' | 'runId' | 'logger'>;

/** What every API process hears of a cancelled order. */
export interface CancelledMessage {
  shopperId: string;
  orderId: string;
  saleId: string;
}

/**
 * Cancels an order: its units go back on sale once, the shopper may buy as many again and is told. The attempt keeps its
 * outcome.
 *
 * @param confirm  the sale's name as it was typed
 * @throws RefusalError `order_not_found`, `order_cancelled`, `invalid_request`
 */
export async function cancelOrder(
  deps: CancelDeps,
  orderId: string,
  { confirm }: { confirm?: string | undefined },
  change: Change,
): Promise<ChangeAnswer> {
  const order = await findSoldOrder(deps.db, orderId);
  if (!order) throw new RefusalError({ code: 'order_not_found' });
  requireName(confirm, order.saleName);
  const { attemptId, saleId, stockId, quantity } = order;
  const answer = await makeOnce(deps.db, change, (tx) =>
    withStockLock(tx, stockId, async (stock) => {
      const cancelledAt = await writeCancelled(stock, orderId);
      if (!cancelledAt) throw new RefusalError({ code: 'order_cancelled' });
      // The order's own id: its units come back once, whatever happens.
      await writeMovement(stock, { changeId: orderId, sold: -quantity, cause: 'cancellation' });
      await writeAudit(tx, change.actor, {
        action: 'order.cancel',
        subject: `order:${orderId}`,
        before: { status: 'confirmed' },
        after: { status: 'cancelled', quantity, saleId },
      });
      const body: CancelledOrderBody = {
        ...{ orderId, attemptId, saleId, quantity, status: 'cancelled' },
        cancelledAt: cancelledAt.toISOString(),
      };
      return { status: 200, body };
    }),
  );
  await tellCancelled(deps, order);
  return answer;
}

/**
 * Tells of a cancelled order what does not look into PostgreSQL: the gate, kept orders, the shopper's pages. Repeatable;
 * reconcile does it again until it is done.
 */
async function tellCancelled(
  deps: CancelDeps,
  { orderId, saleId, stockId, shopperId }: SoldOrder,
): Promise<void> {
  const { db, redis } = deps;
  await repairShopper(deps, { saleId, shopperId });
  await showStock(deps, { id: saleId, stockId });
  await redis.unlink(ordersCacheKey(shopperId)); // before the message: who hears it reads the orders at once
  const message: CancelledMessage = { shopperId, orderId, saleId };
  await redis.publish(CHANNELS.orderCancelled, JSON.stringify(message));
  await markTold(db, orderId);
}

/** Tells what whoever cancelled was kept from telling. */
export async function tellUntold(deps: CancelDeps, saleId: string): Promise<void> {
  for (const order of await listUntold(deps.db, saleId)) {
    await tellCancelled(deps, order);
    deps.logger.info('a cancelled order is told', { saleId, orderId: order.orderId });
  }
}
