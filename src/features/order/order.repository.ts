import type { Database } from '../../infrastructure/postgres/database.ts';
import type { PageCursor } from '../../utils/page-cursor.ts';
import type { Order } from './order.model.ts';

export interface OrderRepository {
  /** A user's orders, newest first, from after the cursor; at most `limit`. */
  findPage(userId: string, { limit, cursor }: { limit: number; cursor?: PageCursor }): Promise<Order[]>;
}

interface OrderRow {
  id: string;
  attempt_id: string;
  sale_id: string;
  product_id: string;
  product_name: string;
  quantity: number;
  unit_price_minor: number;
  currency: string;
  status: 'confirmed' | 'cancelled';
  created_at_micros: number;
}

export function createOrderRepository({ db }: { db: Database }): OrderRepository {
  return {
    findPage: async (userId, { limit, cursor }) => {
      const query = db('orders as o')
        .join('products as p', 'p.id', 'o.product_id')
        .where('o.user_id', userId)
        .orderBy([
          { column: 'o.created_at', order: 'desc' },
          { column: 'o.id', order: 'desc' },
        ])
        .limit(limit)
        .select<OrderRow[]>(
          'o.id',
          'o.attempt_id',
          'o.sale_id',
          'o.product_id',
          'p.name as product_name',
          'o.quantity',
          'o.unit_price_minor',
          'o.currency',
          'o.status',
          db.raw('(extract(epoch from o.created_at) * 1000000)::bigint as created_at_micros'),
        );
      // Orders of one transaction share their time: the id decides, in the order of the index.
      if (cursor) {
        query.whereRaw(
          `(o.created_at, o.id) < ('epoch'::timestamptz + ? * interval '1 microsecond', ?::uuid)`,
          [cursor.createdAtMicros, cursor.id],
        );
      }
      return (await query).map(toOrder);
    },
  };
}

function toOrder(row: OrderRow): Order {
  return {
    id: row.id,
    attemptId: row.attempt_id,
    saleId: row.sale_id,
    productId: row.product_id,
    productName: row.product_name,
    quantity: row.quantity,
    unitPriceMinor: row.unit_price_minor,
    currency: row.currency,
    status: row.status,
    createdAtMicros: row.created_at_micros,
  };
}
