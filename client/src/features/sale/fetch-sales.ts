import type { SaleListBody } from '../../../../src/contracts/http.ts';
import type { Answer, Http } from '../../lib/http.ts';

export function fetchSales(http: Http, signal?: AbortSignal): Promise<Answer<SaleListBody>> {
  return http({ method: 'GET', path: '/api/flash-sale', signal });
}
