import type { StatsBody } from '../../../../src/contracts/http.ts';
import type { Answer, Http } from '../../lib/http.ts';

/** Reads the live figures of one sale; for operators, or for everybody in a demo. */
export function fetchStats(http: Http, saleId: string, signal: AbortSignal): Promise<Answer<StatsBody>> {
  return http({ method: 'GET', path: '/api/flash-sale/stats', query: { saleId }, signal });
}
