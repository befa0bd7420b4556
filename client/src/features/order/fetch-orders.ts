import type { OrderPageBody } from '../../../../src/contracts/http.ts';
import type { Answer, Http } from '../../lib/http.ts';

/** Reads one page of a user's orders, newest first. */
export function fetchOrders(
  http: Http,
  userId: string,
  cursor?: string,
  signal?: AbortSignal,
): Promise<Answer<OrderPageBody>> {
  return http({
    method: 'GET',
    path: `/api/purchase/user/${userId}`,
    query: { cursor },
    signal,
  });
}
