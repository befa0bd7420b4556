import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Http, OpenStream } from './http.ts';
import type { Live } from './live.ts';
import type { ServerClock } from './server-clock.ts';
import type { Session, SessionState } from './session.ts';

/** What is made once at start and used by every feature. */
export interface Services {
  http: Http;
  openStream: OpenStream;
  live: Live;
  session: Session;
  clock: ServerClock;
}

export const ServicesContext = createContext<Services | undefined>(undefined);

/** @throws Error outside of the app's provider */
export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error('useServices needs a ServicesContext around it');
  return services;
}

export function useSession(): SessionState {
  const { session } = useServices();
  return useSyncExternalStore(session.subscribe, session.current);
}

export function useIsLive(): boolean {
  const { live } = useServices();
  return useSyncExternalStore(live.subscribe, live.isConnected);
}
