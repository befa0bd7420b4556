import { describe, expect, it } from '@jest/globals';
import type { SessionBody } from '../../../src/contracts/http.ts';
import { createMemoryStorage } from '../testing/memory-storage.ts';
import type { Answer } from './http.ts';
import { createRenewSession, createTabLock } from './renew-session.ts';
import { createSession } from './session.ts';

const body = (accessToken: string): SessionBody => ({
  user: { id: 'ann', email: 'ann@example.com', name: 'Ann', role: 'shopper' },
  accessToken,
  expiresIn: 60,
});

/** One lock at a time, as a browser's. */
function createLocks() {
  let last: Promise<unknown> = Promise.resolve();
  const request = (_name: string, work: () => Promise<unknown>) => (last = last.then(work));
  return { request } as unknown as LockManager;
}

/** Two tabs of one browser, whose server answers like this. */
function setUp(answer: (asked: number) => Promise<Answer<SessionBody>>) {
  const storage = createMemoryStorage();
  const locks = createLocks();
  let asked = 0;
  const openTab = () => {
    const session = createSession({ storage, onStorageChange: () => {} });
    const postRefresh = () => answer((asked += 1));
    return { session, renew: createRenewSession({ session, postRefresh, inTurn: createTabLock(locks) }) };
  };
  const first = openTab();
  first.session.begin(body('old'));
  return { tabs: [first, openTab()] as const, asked: () => asked };
}

const problem = async (status: number): Promise<Answer<SessionBody>> => ({
  kind: 'problem',
  problem: { status, code: 'unauthenticated' } as never,
  retryAfterMs: undefined,
});

describe('renewing the session', () => {
  it('asks once for many requests in two tabs, and gives the new token to all', async () => {
    const { tabs, asked } = setUp(async (n) => ({ kind: 'ok', body: body(`new ${n}`) }));
    const renewals = await Promise.all([...tabs, ...tabs].map(({ renew }) => renew('old')));
    expect([renewals, asked()]).toEqual([['renewed', 'renewed', 'renewed', 'renewed'], 1]);
    expect(tabs.map(({ session }) => session.current().signedIn?.accessToken)).toEqual(['new 1', 'new 1']);
    expect(tabs[0].session.current().signedIn?.expiresAtMs).toBeGreaterThan(Date.now());
  });

  it('ends the session when the server will not go on with it', async () => {
    const { tabs } = setUp(() => problem(401));
    expect(await tabs[0].renew('old')).toBe('ended');
    expect(tabs[0].session.current()).toEqual({ signedIn: undefined, expired: true });
    expect(await tabs[1].renew('old')).toBe('ended');
  });

  it('keeps the session while the server is away, and asks anew', async () => {
    const { tabs, asked } = setUp(async (n) => (n === 1 ? { kind: 'unreachable' } : problem(503)));
    expect([await tabs[0].renew('old'), await tabs[0].renew('old')]).toEqual(['unreachable', 'unreachable']);
    expect([tabs[0].session.current().signedIn?.accessToken, asked()]).toEqual(['old', 2]);
  });

  it('works without locks', async () => {
    expect(await createTabLock(undefined)(async () => 1)).toBe(1);
  });
});
