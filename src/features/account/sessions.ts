import type { SessionBody } from '../../contracts/http.ts';
import type { Refusal } from '../../errors/refusal.ts';
import type { LogFields, Logger } from '../../infrastructure/logging/logger.ts';
import type { AccessTokens } from './access-token.ts';
import { presentUser, type Identity, type User } from './account.model.ts';
import type { RefreshTokenRepository } from './refresh-token.repository.ts';
import type { RevokedTokens } from './revoked-tokens.ts';
import type { UserRepository } from './user.repository.ts';

export interface SessionsDeps {
  users: Pick<UserRepository, 'findById'>;
  refreshTokens: RefreshTokenRepository;
  accessTokens: Pick<AccessTokens, 'issue'>;
  revokedTokens: Pick<RevokedTokens, 'revokeSession'>;
  logger: Logger;
}

export type SignedIn =
  { ok: true; session: SessionBody; refreshToken: string } | { ok: false; refusal: Refusal };

export interface Sessions {
  /** Refuses `invalid_credentials` when the user was blocked, deleted or given another password meanwhile. */
  begin(user: User): Promise<SignedIn>;
  /**
   * Takes a refresh token for new tokens of the same session; refuses `unauthenticated`. A token that was used before
   * ends its session, for two people have it.
   *
   * @param asked  what a log line names of the request
   */
  refresh(refreshToken: string | undefined, asked?: LogFields): Promise<SignedIn>;
  /** Ends the session of either token at once, everywhere; nothing to end is fine. */
  end(tokens: { refreshToken: string | undefined; identity: Identity | null }): Promise<void>;
}

const UNAUTHENTICATED: SignedIn = { ok: false, refusal: { code: 'unauthenticated' } };

/** Makes what lies between a sign-in and a sign-out: refresh tokens in families, access tokens that carry the family. */
export function createSessions(deps: SessionsDeps): Sessions {
  const { users, refreshTokens, accessTokens, revokedTokens, logger } = deps;

  const signedIn = (user: User, { token, family }: { token: string; family: string }): SignedIn => ({
    ok: true,
    session: { user: presentUser(user), ...accessTokens.issue({ ...user, sessionId: family }) },
    refreshToken: token,
  });

  return {
    begin: async (user) => {
      const started = await refreshTokens.start(user);
      return started ? signedIn(user, started) : { ok: false, refusal: { code: 'invalid_credentials' } };
    },

    refresh: async (refreshToken, asked = {}) => {
      if (refreshToken === undefined) return UNAUTHENTICATED;
      const rotation = await refreshTokens.rotate(refreshToken);
      if (rotation.kind === 'refused') return UNAUTHENTICATED;
      if (rotation.kind === 'reused') {
        const { userId, family } = rotation;
        logger.warn('a used refresh token came back: its session is ended', {
          ...{ userId, session: family },
          ...asked,
        });
        await revokedTokens.revokeSession(family);
        return UNAUTHENTICATED;
      }
      const user = await users.findById(rotation.userId);
      return user ? signedIn(user, rotation) : UNAUTHENTICATED;
    },

    end: async ({ refreshToken, identity }) => {
      const ended = new Set<string>();
      if (identity) {
        await refreshTokens.revokeFamily(identity.userId, identity.sessionId);
        ended.add(identity.sessionId);
      }
      const family = refreshToken === undefined ? null : await refreshTokens.revokeFamilyOf(refreshToken);
      if (family !== null) ended.add(family);
      for (const sessionId of ended) await revokedTokens.revokeSession(sessionId);
    },
  };
}
