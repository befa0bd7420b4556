import type { AttemptRequest, AttemptStatusBody } from '../../../../src/contracts/http.ts';
import type { Answer, Http } from '../../lib/http.ts';
import type { Wish } from './wish.ts';

/** Asks for the units of a wish; safe to repeat, because the wish carries its idempotency key. */
export function postAttempt(http: Http, wish: Wish, signal: AbortSignal): Promise<Answer<AttemptStatusBody>> {
  const body: AttemptRequest = { saleId: wish.saleId, quantity: wish.quantity };
  return http({
    method: 'POST',
    path: '/api/purchase/attempt',
    headers: { 'idempotency-key': wish.key },
    body,
    signal,
  });
}
