import { describe, expect, it } from '@jest/globals';
import { decodeCursor, encodeCursor } from '../../utils/page-cursor.ts';
import { presentOrderPage, type Order } from './order.model.ts';

const order = (n: number): Order => ({
  id: `00000000-0000-4000-8000-00000000000${n}`,
  attemptId: `a${n}`,
  saleId: 's',
  productId: 'p',
  productName: 'Lamp',
  quantity: 1,
  unitPriceMinor: 1999,
  currency: 'EUR',
  status: 'confirmed',
  createdAtMicros: 1_767_225_600_123_456,
});

describe('the cursor', () => {
  it('comes back as it went', () => {
    const { id, createdAtMicros } = order(1);
    expect(decodeCursor(encodeCursor({ id, createdAtMicros }))).toEqual({ id, createdAtMicros });
  });

  it.each([
    '',
    'abc',
    '====',
    Buffer.from('1.2').toString('base64url'),
    Buffer.from("1.'; drop").toString('base64'),
  ])('is refused when it is %j', (cursor) => {
    expect(decodeCursor(cursor)).toBeNull();
  });
});

describe('presentOrderPage', () => {
  it('names each field and the time in UTC', () => {
    expect(presentOrderPage([order(1)], 20)).toEqual({
      orders: [
        {
          orderId: order(1).id,
          attemptId: 'a1',
          saleId: 's',
          productId: 'p',
          productName: 'Lamp',
          quantity: 1,
          unitPriceMinor: 1999,
          currency: 'EUR',
          status: 'confirmed',
          createdAt: '2026-01-01T00:00:00.123Z',
        },
      ],
    });
  });

  it('points to the next page only when there is one', () => {
    expect(presentOrderPage([order(1), order(2)], 2).nextCursor).toBeUndefined();
    const { orders, nextCursor } = presentOrderPage([order(1), order(2), order(3)], 2);
    expect(orders).toHaveLength(2);
    expect(decodeCursor(nextCursor!)).toMatchObject({ id: order(2).id });
  });
});
