import type { UserBody } from '../../../../src/contracts/http.ts';
import type { Answer, Http } from '../../lib/http.ts';

/** Asks who the stored token belongs to; a refused token ends the session. */
export function fetchMe(http: Http): Promise<Answer<UserBody>> {
  return http({ method: 'GET', path: '/api/auth/me' });
}
