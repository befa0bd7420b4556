import type { Answer, Http } from '../../lib/http.ts';

/** Lets this browser open the board of the queue: a link sends no token. */
export function postBoardSession(http: Http): Promise<Answer<undefined>> {
  return http({ method: 'POST', path: '/api/admin/queues/session', body: {} });
}
