import type { SaleStatusBody } from '../../../../../src/contracts/http.ts';

/** An open sale's status with what a test cares about. */
export function aStatus(fields: Partial<SaleStatusBody> = {}): SaleStatusBody {
  return {
    saleId: 'sale',
    name: 'A sale',
    product: {
      id: 'product',
      name: 'A lamp',
      description: '',
      imageUrl: '/lamp.svg',
      priceMinor: 4900,
      currency: 'EUR',
    },
    state: 'open',
    startsAt: '2026-01-01T00:00:00.000Z',
    endsAt: '2026-01-01T01:00:00.000Z',
    serverTime: '2026-01-01T00:00:10.000Z',
    stock: { total: 10, remaining: 5 },
    perShopperLimit: 1,
    seq: 7,
    ...fields,
  };
}
