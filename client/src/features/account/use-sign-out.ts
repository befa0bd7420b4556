import { useCallback } from 'react';
import { useServices } from '../../lib/services.ts';
import { postLogout } from './post-logout.ts';

/** Signs out here whatever the server says: without it, its side ends with the tokens. */
export function useSignOut(): () => Promise<void> {
  const { http, session } = useServices();
  return useCallback(async () => {
    await postLogout(http);
    session.end();
  }, [http, session]);
}
