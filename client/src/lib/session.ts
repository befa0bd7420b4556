import type { SessionBody, UserBody } from '../../../src/contracts/http.ts';
import { createStore } from './store.ts';

export interface SignedIn {
  user: UserBody;
  accessToken: string;
  /** By this device's clock. */
  expiresAtMs: number;
}

export interface SessionState {
  signedIn: SignedIn | undefined;
  /** The last session was ended by the API, not by the shopper. */
  expired: boolean;
}

export interface Session {
  current: () => SessionState;
  subscribe: (listener: () => void) => () => void;
  begin: (body: SessionBody) => void;
  end: () => void;
  /** Ends the session only while it still uses that token. */
  expire: (refusedToken: string) => void;
  /** Looks at what other tabs stored, before the browser tells of it. */
  reread: () => void;
}

export interface SessionDeps {
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** Calls back when another tab changed the storage. */
  onStorageChange: (listener: () => void) => void;
}

const STORAGE_KEY = 'stampede.session';

/** Keeps who is signed in, over reloads and in step with the browser's other tabs. */
export function createSession({ storage, onStorageChange }: SessionDeps): Session {
  const read = (): SignedIn | undefined => parse(storage.getItem(STORAGE_KEY));
  const store = createStore<SessionState>({ signedIn: read(), expired: false });
  const reread = () => {
    const signedIn = read();
    if (signedIn?.accessToken !== store.current().signedIn?.accessToken)
      store.set({ signedIn, expired: false });
  };
  onStorageChange(reread);
  const clear = (expired: boolean) => {
    storage.removeItem(STORAGE_KEY);
    store.set({ signedIn: undefined, expired });
  };
  return {
    current: store.current,
    subscribe: store.subscribe,
    reread,
    begin: ({ user, accessToken, expiresIn }) => {
      const signedIn = { user, accessToken, expiresAtMs: Date.now() + expiresIn * 1000 };
      storage.setItem(STORAGE_KEY, JSON.stringify(signedIn));
      store.set({ signedIn, expired: false });
    },
    end: () => clear(false),
    expire: (refusedToken) => {
      if (store.current().signedIn?.accessToken === refusedToken) clear(true);
    },
  };
}

function parse(text: string | null): SignedIn | undefined {
  if (text === null) return undefined;
  try {
    const value = JSON.parse(text) as Partial<SignedIn> | null;
    return value?.user && value.accessToken
      ? { user: value.user, accessToken: value.accessToken, expiresAtMs: value.expiresAtMs ?? 0 }
      : undefined;
  } catch {
    return undefined;
  }
}
