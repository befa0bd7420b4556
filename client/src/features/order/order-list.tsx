import type { OrderBody } from '../../../../src/contracts/http.ts';
import { formatMoment, formatPrice } from '../../lib/format.ts';
import { useOrders } from './use-orders.ts';

/** The signed-in shopper's orders, newest first. */
export function OrderList({ userId, version }: { userId: string; version: string }) {
  const { orders, nextCursor, isFailing, readMore, reload } = useOrders(userId, version);
  return (
    <section className="orders" aria-labelledby="orders-title" data-testid="orders">
      <h2 id="orders-title">My orders</h2>
      {isFailing && (
        <p className="notice notice-warn">
          Your orders cannot be read right now.{' '}
          <button type="button" className="button-plain" onClick={reload}>
            Try again
          </button>
        </p>
      )}
      {!orders && !isFailing && <p className="hint">Loading your orders…</p>}
      {orders?.length === 0 && <p className="hint">No orders yet.</p>}
      {orders && orders.length > 0 && (
        <ul>
          {orders.map((order) => (
            <OrderLine key={order.orderId} order={order} />
          ))}
        </ul>
      )}
      {nextCursor !== undefined && (
        <button type="button" className="button-plain" onClick={readMore}>
          Show more
        </button>
      )}
    </section>
  );
}

function OrderLine({ order }: { order: OrderBody }) {
  const isCancelled = order.status === 'cancelled';
  return (
    <li className="order" data-testid="order" data-order-id={order.orderId}>
      <span className="order-name">
        {order.quantity} × {order.productName}
      </span>
      <span className={isCancelled ? 'badge badge-ended' : 'badge badge-good'}>
        {isCancelled ? 'Cancelled' : 'Confirmed'}
      </span>
      <span className="hint">{formatMoment(order.createdAt)}</span>
      <span className="order-price">
        {formatPrice(order.unitPriceMinor * order.quantity, order.currency)}
      </span>
      <span className="hint order-id">Order {order.orderId.slice(0, 8)}</span>
    </li>
  );
}
