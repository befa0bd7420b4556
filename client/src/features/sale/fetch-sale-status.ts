import type { SaleStatusBody } from '../../../../src/contracts/http.ts';
import type { Answer, Http } from '../../lib/http.ts';

/** Reads one sale; without an id, the sale that the API puts forward. */
export function fetchSaleStatus(
  http: Http,
  saleId?: string,
  signal?: AbortSignal,
): Promise<Answer<SaleStatusBody>> {
  return http({ method: 'GET', path: '/api/flash-sale/status', query: { saleId }, signal });
}
