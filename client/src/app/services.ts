import { createHttp, createOpenStream, send } from '../lib/http.ts';
import { keepSession } from '../lib/keep-session.ts';
import { keepTime } from '../lib/keep-time.ts';
import { createLive } from '../lib/live.ts';
import { createRenewSession, createTabLock } from '../lib/renew-session.ts';
import { createServerClock } from '../lib/server-clock.ts';
import type { Services } from '../lib/services.ts';
import { createSession } from '../lib/session.ts';

/** Makes the one set of services of this page and connects its socket. */
export function createServices(): Services {
  const clock = createServerClock({
    monotonicMs: () => performance.now(),
    wallClockMs: () => Date.now(),
  });
  const session = createSession({
    storage: localStorage,
    onStorageChange: (listener) => window.addEventListener('storage', listener),
  });
  const accessToken = () => session.current().signedIn?.accessToken;
  const fetchHere: typeof fetch = (...request) => fetch(...request);
  const renew = createRenewSession({
    session,
    postRefresh: () => send(fetchHere, { method: 'POST', path: '/api/auth/refresh', body: {} }, undefined),
    // Its type says that it is always there; browsers have it in secure contexts only.
    inTurn: createTabLock(navigator.locks),
  });
  keepSession({ session, renew, nowMs: () => Date.now() });
  const asking = { fetch: fetchHere, accessToken, renew, onUnauthenticated: session.expire };
  const http = createHttp(asking);
  const live = createLive({ accessToken, onServerTime: clock.observe });
  keepTime({
    http,
    live,
    clock,
    monotonicMs: () => performance.now(),
    onReturn: (listener) => {
      window.addEventListener('focus', listener);
      window.addEventListener('pageshow', listener);
      document.addEventListener('visibilitychange', () => {
        if (!document.hidden) listener();
      });
    },
  });
  // The socket's own next try may be 5 s away.
  window.addEventListener('online', () => {
    if (!live.isConnected()) live.renew();
  });
  let socketToken = accessToken();
  session.subscribe(() => {
    if (accessToken() === socketToken) return;
    socketToken = accessToken();
    live.renew();
  });
  return { http, openStream: createOpenStream(asking), live, session, clock };
}
