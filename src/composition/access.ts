import { createAccessTokens } from '../features/account/access-token.ts';
import { createAccountRoutes } from '../features/account/account.routes.ts';
import { createAccountService } from '../features/account/account.service.ts';
import { createAuthenticate } from '../features/account/authenticate.ts';
import { createBlockedUsers } from '../features/account/blocked-users.ts';
import { createNewAccounts } from '../features/account/new-accounts.ts';
import { createPasswordTries } from '../features/account/password-tries.ts';
import { createPasswords } from '../features/account/password.ts';
import { createRefreshTokenRepository } from '../features/account/refresh-token.repository.ts';
import { createRevokedTokens } from '../features/account/revoked-tokens.ts';
import { createSessions } from '../features/account/sessions.ts';
import { createUserRepository } from '../features/account/user.repository.ts';
import type { Whose } from '../infrastructure/realtime/sockets.ts';
import { createClientAddress } from '../middleware/client-address.ts';
import { createRefuseCrossSite } from '../middleware/refuse-cross-site.ts';
import type { CompositionDeps, Stores } from './stores.ts';

/** Who asks, from which address, and whether that still counts; and the accounts behind it. */
export async function composeAccess({ env, logger, lifecycle }: CompositionDeps, stores: Stores) {
  const { db, redis, subscriber, clock } = stores;
  const accessTokens = createAccessTokens({
    secret: env.jwtSecret,
    previousSecrets: env.jwtPreviousSecrets,
    algorithm: env.jwtAlgorithm,
    lifetimeSec: env.accessTokenSec,
    clock,
  });
  const listeners: ((whose: Whose) => void)[] = [];
  const accessEnded = (whose: Whose): void => listeners.forEach((listener) => listener(whose));
  const blockedUsers = createBlockedUsers({
    ...{ subscriber, db, logger },
    onBlocked: (userId) => accessEnded({ userId }),
  });
  await blockedUsers.start();
  lifecycle.onStop('blocked users', () => blockedUsers.close());
  const revokedTokens = createRevokedTokens({ redis, subscriber, logger, clock, onRevoked: accessEnded });
  await revokedTokens.start();
  lifecycle.onStop('revoked tokens', () => revokedTokens.close());
  const authenticate = createAuthenticate({ accessTokens, blockedUsers, revokedTokens });
  const clientAddress = createClientAddress({
    trustProxy: env.trustProxy,
    onUnbelieved: (peer) =>
      logger.warn(
        'X-Forwarded-For is not believed: if this is our proxy, name it in TRUST_PROXY, or all behind it count as one address',
        { peer },
      ),
  });

  const users = createUserRepository({ db });
  const refreshTokens = createRefreshTokenRepository({ db, clock });
  const sessions = createSessions({ users, refreshTokens, accessTokens, revokedTokens, logger });
  const accounts = createAccountService({
    ...{ users, sessions, revokedTokens },
    passwords: createPasswords(),
    passwordTries: createPasswordTries({ redis, logger }),
  });
  const accountRoutes = createAccountRoutes({
    ...{ accounts, sessions, authenticate, clientAddress, demo: env.demo },
    newAccounts: createNewAccounts({ redis, logger, exempt: env.addressLimitExempt }),
    refuseCrossSite: createRefuseCrossSite({ corsOrigins: env.corsOrigins }),
  });
  return {
    authenticate,
    clientAddress,
    accountRoutes,
    revokeTokens: (userId: string) => revokedTokens.revokeUser(userId),
    whenEnded: (listener: (whose: Whose) => void) => void listeners.push(listener),
  };
}
