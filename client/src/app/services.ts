import { createHttp } from '../lib/http.ts';
import { keepTime } from '../lib/keep-time.ts';
import { createLive } from '../lib/live.ts';
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
  const http = createHttp({
    fetch: (...request) => fetch(...request),
    accessToken,
    onUnauthenticated: session.expire,
  });
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
  let socketToken = accessToken();
  session.subscribe(() => {
    if (accessToken() === socketToken) return;
    socketToken = accessToken();
    live.renew();
  });
  return { http, live, session, clock };
}
