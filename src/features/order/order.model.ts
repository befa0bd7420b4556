import type { OrderBody, OrderPageBody } from '../../contracts/http.ts';
import { cutPage } from '../../utils/page-cursor.ts';

export interface Order {
  id: string;
  attemptId: string;
  saleId: string;
  productId: string;
  productName: string;
  quantity: number;
  unitPriceMinor: number;
  currency: string;
  status: 'confirmed' | 'cancelled';
  /** Microseconds since the epoch, as exact as PostgreSQL keeps it: what pages are cut by. */
  createdAtMicros: number;
}

export function presentOrder(order: Order): OrderBody {
  return {
    orderId: order.id,
    attemptId: order.attemptId,
    saleId: order.saleId,
    productId: order.productId,
    productName: order.productName,
    quantity: order.quantity,
    unitPriceMinor: order.unitPriceMinor,
    currency: order.currency,
    status: order.status,
    createdAt: new Date(order.createdAtMicros / 1000).toISOString(),
  };
}

/** @param found  the page's orders, and one more when there is a next page */
export function presentOrderPage(found: readonly Order[], limit: number): OrderPageBody {
  const { items, nextCursor } = cutPage(found, limit);
  return { orders: items.map(presentOrder), ...(nextCursor === undefined ? {} : { nextCursor }) };
}
