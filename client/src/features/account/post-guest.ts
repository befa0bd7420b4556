import type { SessionBody } from '../../../../src/contracts/http.ts';
import type { Answer, Http } from '../../lib/http.ts';

/** Makes a fresh shopper without asking anything; 404 where guests are not wanted. */
export function postGuest(http: Http): Promise<Answer<SessionBody>> {
  return http({ method: 'POST', path: '/api/auth/guest', body: {} });
}
