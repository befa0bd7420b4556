import type { SaleStatusBody } from '../../../../src/contracts/http.ts';

/**
 * The body to show of two for the same sale, so that what is shown never goes backwards: ticks and snapshots come
 * from several processes and caches, in any order.
 */
export function newestStatus(shown: SaleStatusBody | undefined, incoming: SaleStatusBody): SaleStatusBody {
  if (shown === undefined || shown.saleId !== incoming.saleId) return incoming;
  if (incoming.seq !== shown.seq) return incoming.seq > shown.seq ? incoming : shown;
  return Date.parse(incoming.serverTime) < Date.parse(shown.serverTime) ? shown : incoming;
}
