import type { Identity } from '../features/account/account.model.ts';

/** Who a request speaks for, with a session of its own that never expires. */
export function anIdentity(given: Partial<Identity> & Pick<Identity, 'userId'>): Identity {
  return {
    role: 'shopper',
    sessionId: `session of ${given.userId}`,
    issuedAtMs: 0,
    expiresAtMs: 8.64e15,
    ...given,
  };
}
