import type { Refusal } from '../../errors/refusal.ts';
import type { AccessTokens } from './access-token.ts';
import type { Identity } from './account.model.ts';
import type { BlockedUsers } from './blocked-users.ts';
import type { RevokedTokens } from './revoked-tokens.ts';

export type Authenticated = { ok: true; identity: Identity } | { ok: false; refusal: Refusal };
export type Authenticate = (authorization: string | undefined) => Authenticated;

const UNAUTHENTICATED: Authenticated = { ok: false, refusal: { code: 'unauthenticated' } };
const BLOCKED: Authenticated = {
  ok: false,
  refusal: {
    code: 'forbidden',
    detail: 'This account is blocked. Write to the shop if you think it should not be.',
  },
};

/** Makes the check of an `Authorization` header, without I/O; refuses `unauthenticated`, and blocked users as `forbidden`. */
export function createAuthenticate({
  accessTokens,
  blockedUsers,
  revokedTokens,
}: {
  accessTokens: Pick<AccessTokens, 'verify'>;
  blockedUsers: Pick<BlockedUsers, 'isBlocked'>;
  revokedTokens: Pick<RevokedTokens, 'isRevoked'>;
}): Authenticate {
  return (authorization) => {
    const identity = accessTokens.verify(authorization);
    if (!identity || revokedTokens.isRevoked(identity)) return UNAUTHENTICATED;
    return blockedUsers.isBlocked(identity.userId) ? BLOCKED : { ok: true, identity };
  };
}
