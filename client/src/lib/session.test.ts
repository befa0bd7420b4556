import { describe, expect, it } from '@jest/globals';
import type { SessionBody } from '../../../src/contracts/http.ts';
import { createMemoryStorage } from '../testing/memory-storage.ts';
import { createSession } from './session.ts';

const body = (accessToken: string): SessionBody => ({
  user: { id: 'ann', email: 'ann@example.com', name: 'Ann', role: 'shopper' },
  accessToken,
  expiresIn: 60,
});

describe('the session', () => {
  it('lives through a reload', () => {
    const storage = createMemoryStorage();
    createSession({ storage, onStorageChange: () => {} }).begin(body('one'));
    const reloaded = createSession({ storage, onStorageChange: () => {} });
    expect(reloaded.current()).toMatchObject({ signedIn: { accessToken: 'one' }, expired: false });
  });

  it('says that it expired, unless the refused token had been replaced already', () => {
    const session = createSession({ storage: createMemoryStorage(), onStorageChange: () => {} });
    session.begin(body('two'));
    session.expire('one');
    expect(session.current().signedIn?.accessToken).toBe('two');
    session.expire('two');
    expect(session.current()).toEqual({ signedIn: undefined, expired: true });
  });

  it('follows what another tab does', () => {
    const storage = createMemoryStorage();
    let changed = () => {};
    const session = createSession({ storage, onStorageChange: (listener) => (changed = listener) });
    createSession({ storage, onStorageChange: () => {} }).begin(body('other'));
    changed();
    expect(session.current().signedIn?.accessToken).toBe('other');
  });

  it('starts signed out when the storage holds rubbish', () => {
    const storage = createMemoryStorage();
    storage.setItem('stampede.session', '{"user":');
    expect(createSession({ storage, onStorageChange: () => {} }).current().signedIn).toBeUndefined();
  });
});
