import type { AttemptStatusBody, NoAttemptBody } from '../../../../src/contracts/http.ts';
import type { Answer, Http } from '../../lib/http.ts';

/** Reads one attempt of the signed-in shopper. */
export function fetchAttempt(
  http: Http,
  attemptId: string,
  signal: AbortSignal,
): Promise<Answer<AttemptStatusBody>> {
  return http({ method: 'GET', path: '/api/purchase/status', query: { attemptId }, signal });
}

/** Reads the signed-in shopper's latest attempt for a sale. */
export function fetchLatestAttempt(
  http: Http,
  saleId: string,
  signal: AbortSignal,
): Promise<Answer<AttemptStatusBody | NoAttemptBody>> {
  return http({ method: 'GET', path: '/api/purchase/status', query: { saleId }, signal });
}
