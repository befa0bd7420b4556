import type { OrderBody, OrderPageBody } from '../../contracts/http.ts';

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

/** Where a page ended: the next one holds what is older. */
export interface OrderCursor {
  createdAtMicros: number;
  id: string;
}

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const CURSOR = new RegExp(`^(\\d{1,16})\\.(${UUID})$`);

export function encodeCursor({ createdAtMicros, id }: OrderCursor): string {
  return Buffer.from(`${createdAtMicros}.${id}`).toString('base64url');
}

/** Null for what `encodeCursor` never made. */
export function decodeCursor(cursor: string): OrderCursor | null {
  const [, createdAtMicros, id] = CURSOR.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  return id === undefined ? null : { createdAtMicros: Number(createdAtMicros), id };
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
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    orders: page.map(presentOrder),
    ...(last && found.length > limit ? { nextCursor: encodeCursor(last) } : {}),
  };
}
