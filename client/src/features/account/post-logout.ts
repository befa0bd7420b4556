import type { Answer, Http } from '../../lib/http.ts';

/** Ends the session on the server, with its refresh cookie. */
export function postLogout(http: Http): Promise<Answer<undefined>> {
  return http({ method: 'POST', path: '/api/auth/logout', body: {} });
}
