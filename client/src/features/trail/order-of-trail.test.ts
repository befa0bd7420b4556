import { describe, expect, it } from '@jest/globals';
import type { TrailBody, TrailEventBody } from '../../../../src/contracts/operator-http.ts';
import { orderToCancel } from './order-of-trail.ts';

const event = (what: string, detail: Record<string, unknown> = {}): TrailEventBody => ({
  at: '',
  what,
  detail,
});
const trail = (...events: TrailEventBody[]): TrailBody => ({
  ...{ attemptId: 'a', saleId: 's', userId: 'u', quantity: 1, status: 'confirmed' },
  events,
});

describe('the order of a trail', () => {
  it('is the one the attempt made', () => {
    expect(orderToCancel(trail(event('admitted'), event('ordered', { orderId: 'o' })))).toBe('o');
  });

  it('is none while the attempt is in flight, and none once it is cancelled', () => {
    expect(orderToCancel(trail(event('admitted'), event('in flight')))).toBeUndefined();
    expect(orderToCancel(trail(event('ordered', { orderId: 'o' }), event('cancelled')))).toBeUndefined();
  });
});
