import type { AttemptStatusBody, NoAttemptBody, SessionBody } from '../../../../../src/contracts/http.ts';
import type { Answer, Http, Request } from '../../../lib/http.ts';
import { createSession } from '../../../lib/session.ts';
import { createMemoryStorage } from '../../../testing/memory-storage.ts';
import { createPurchaseFlow } from '../purchase-flow.ts';
import { createWishBook } from '../wish.ts';

const sessionOf = (id: string): SessionBody => ({
  user: { id, email: `${id}@example.com`, name: id, role: 'shopper' },
  accessToken: `token of ${id}`,
  expiresIn: 60,
});

export type TestBrowser = ReturnType<typeof aBrowser>;

/** What the tabs of a browser share: a storage whose changes the other tabs hear of. */
export function aBrowser() {
  const storage = createMemoryStorage();
  const tabs = new Set<(name: string | null) => void>();
  const openTab = () => {
    let own = (_name: string | null) => {};
    const tell = (name: string) => {
      for (const tab of tabs) if (tab !== own) tab(name);
    };
    return {
      shared: {
        getItem: storage.getItem,
        setItem: (name: string, value: string) => {
          storage.setItem(name, value);
          tell(name);
        },
        removeItem: (name: string) => {
          storage.removeItem(name);
          tell(name);
        },
      },
      onSharedChange: (listener: (name: string | null) => void) => {
        own = listener;
        tabs.add(listener);
        return () => void tabs.delete(listener);
      },
    };
  };
  return { openTab };
}

export interface FlowSetUp {
  shopperId?: string | undefined;
  /** The tab's own. */
  storage?: ReturnType<typeof createMemoryStorage>;
  browser?: TestBrowser;
  keyPrefix?: string;
  guest?: Answer<SessionBody>;
}

/** A flow for the sale `sale` against an API that answers what the test says, and is unreachable when it says nothing. */
export function setUpFlow(options: FlowSetUp = {}) {
  const {
    storage = createMemoryStorage(),
    browser = aBrowser(),
    keyPrefix = 'key',
    guest = { kind: 'ok', body: sessionOf('guest') },
  } = options;
  const api = createScriptedApi();
  const live = createScriptedLive();
  const session = createSession({ storage: createMemoryStorage(), onStorageChange: () => {} });
  const shopperId = 'shopperId' in options ? options.shopperId : 'ann';
  if (shopperId !== undefined) session.begin(sessionOf(shopperId));
  let keys = 0;
  const flow = createPurchaseFlow(
    {
      http: api.http,
      live: live.port,
      session,
      clock: { now: () => 0 },
      wishes: createWishBook({ own: storage, wallClockMs: Date.now, ...browser.openTab() }),
      signInAsGuest: async () => {
        if (guest.kind === 'ok') session.begin(guest.body);
        return guest;
      },
      makeKey: () => `${keyPrefix}-${(keys += 1)}`,
      random: () => 0.5,
    },
    'sale',
  );
  return {
    ...{ flow, api, live, storage },
    session: {
      signIn: (id: string) => session.begin(sessionOf(id)),
      signOut: session.end,
      /** As the API does with a token that is over. */
      expire: () => session.expire(session.current().signedIn?.accessToken ?? ''),
    },
  };
}

function createScriptedApi() {
  const attemptAnswers: Answer<AttemptStatusBody>[] = [];
  const readAnswers: Answer<AttemptStatusBody | NoAttemptBody>[] = [];
  const attemptKeys: string[] = [];
  const reads: Request[] = [];
  const unreachable = { kind: 'unreachable' } as const;
  const none = { kind: 'ok', body: { status: 'none' } } as const;
  return {
    attemptKeys,
    reads,
    answerAttempts: (...answers: Answer<AttemptStatusBody>[]) => attemptAnswers.push(...answers),
    answerReads: (...answers: Answer<AttemptStatusBody | NoAttemptBody>[]) => readAnswers.push(...answers),
    http: (async (request: Request) => {
      if (request.method === 'POST') {
        attemptKeys.push(request.headers?.['idempotency-key'] ?? 'no key');
        return attemptAnswers.shift() ?? unreachable;
      }
      reads.push(request);
      return readAnswers.shift() ?? (request.query?.saleId ? none : unreachable);
    }) as Http,
  };
}

function createScriptedLive() {
  let onConnect = () => {};
  let onOutcome = (_body: AttemptStatusBody) => {};
  return {
    connect: () => onConnect(),
    tellOutcome: (body: AttemptStatusBody) => onOutcome(body),
    port: {
      onConnect: (listener: () => void) => {
        onConnect = listener;
        return () => {};
      },
      onOutcome: (listener: (body: AttemptStatusBody) => void) => {
        onOutcome = listener;
        return () => {};
      },
    },
  };
}
