import { useCallback } from 'react';
import type { SessionBody } from '../../../../src/contracts/http.ts';
import type { Answer } from '../../lib/http.ts';
import { useServices } from '../../lib/services.ts';
import { postGuest } from './post-guest.ts';

/** Signs a fresh guest in; the same function at every rendering. */
export function useGuestSignIn(): () => Promise<Answer<SessionBody>> {
  const { http, session } = useServices();
  return useCallback(async () => {
    const answer = await postGuest(http);
    if (answer.kind === 'ok') session.begin(answer.body);
    return answer;
  }, [http, session]);
}
