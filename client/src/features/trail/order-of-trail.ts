import type { TrailBody } from '../../../../src/contracts/operator-http.ts';

/** The order that an attempt made, while it can still be cancelled. */
export function orderToCancel({ events }: TrailBody): string | undefined {
  if (events.some(({ what }) => what === 'cancelled')) return undefined;
  const orderId = events.find(({ what }) => what === 'ordered')?.detail.orderId;
  return typeof orderId === 'string' ? orderId : undefined;
}
