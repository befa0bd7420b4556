import type { OrderBody } from '../../../../src/contracts/http.ts';
import { formatMoment, formatPrice } from '../../lib/format.ts';
import { words } from '../../words/words.ts';
import type { Orders } from './use-orders.ts';

/** The signed-in shopper's orders, newest first. */
export function OrderList({ orders, nextCursor, isFailing, readMore, reload }: Orders) {
  return (
    <section className="orders" aria-labelledby="orders-title" data-testid="orders">
      <h2 id="orders-title">{words.order.title}</h2>
      {isFailing && (
        <p className="notice notice-warn">
          {words.order.unreadable}{' '}
          <button type="button" className="button-plain" onClick={reload}>
            {words.order.tryAgain}
          </button>
        </p>
      )}
      {!orders && !isFailing && <p className="hint">{words.order.loading}</p>}
      {orders?.length === 0 && <p className="hint">{words.order.none}</p>}
      {orders && orders.length > 0 && (
        <ul>
          {orders.map((order) => (
            <OrderLine key={order.orderId} order={order} />
          ))}
        </ul>
      )}
      {nextCursor !== undefined && (
        <button type="button" className="button-plain" onClick={readMore}>
          {words.order.more}
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
        {isCancelled ? words.order.cancelled : words.order.confirmed}
      </span>
      <span className="hint">{formatMoment(order.createdAt)}</span>
      <span className="order-price">
        {formatPrice(order.unitPriceMinor * order.quantity, order.currency)}
      </span>
      <span className="hint order-id">{words.order.number(order.orderId.slice(0, 8))}</span>
    </li>
  );
}
