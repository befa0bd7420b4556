import { RENEW_AGAIN_MS, RENEW_AHEAD_MS } from '../config/timing.ts';
import type { RenewSession } from './renew-session.ts';
import type { Session } from './session.ts';

/**
 * Renews the session a minute before its access token expires, so that nothing under way meets a token that is over,
 * sockets least of all: theirs is shown once. A device that slept through it is helped by its next request.
 */
export function keepSession({
  session,
  renew,
  nowMs,
}: {
  session: Session;
  renew: RenewSession;
  nowMs: () => number;
}): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const plan = (pauseMs?: number): void => {
    clearTimeout(timer);
    const { signedIn } = session.current();
    if (!signedIn) return;
    const leftMs = Math.max(0, signedIn.expiresAtMs - nowMs());
    // A token that lives for less than two minutes is renewed at half of it.
    const waitMs = pauseMs ?? Math.max(leftMs - RENEW_AHEAD_MS, leftMs / 2);
    timer = setTimeout(() => {
      void renew(signedIn.accessToken).then((renewal) => {
        if (renewal === 'unreachable') plan(RENEW_AGAIN_MS);
      });
    }, waitMs);
  };
  session.subscribe(() => plan());
  plan();
}
