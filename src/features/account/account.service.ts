import { randomUUID } from 'node:crypto';
import type { SessionBody } from '../../contracts/http.ts';
import type { Refusal } from '../../errors/refusal.ts';
import type { AccessTokens } from './access-token.ts';
import { presentUser, type User } from './account.model.ts';
import type { LoginRequest, RegisterRequest } from './account.schema.ts';
import type { Passwords } from './password.ts';
import type { RefreshTokenRepository } from './refresh-token.repository.ts';
import type { UserRepository } from './user.repository.ts';

export interface AccountServiceDeps {
  users: UserRepository;
  refreshTokens: RefreshTokenRepository;
  passwords: Passwords;
  accessTokens: Pick<AccessTokens, 'issue'>;
}

export type SignedIn =
  { ok: true; session: SessionBody; refreshToken: string } | { ok: false; refusal: Refusal };

export interface AccountService {
  /** Makes a shopper and signs in; refuses `email_taken`. */
  register(request: RegisterRequest): Promise<SignedIn>;
  /** Refuses `invalid_credentials`, after the same time for an e-mail nobody has, and `forbidden` when blocked. */
  login(request: LoginRequest): Promise<SignedIn>;
  /** Makes a fresh shopper without a password and signs in. */
  signInGuest(): Promise<SignedIn>;
  /** The user as stored now. */
  find(userId: string): Promise<User | null>;
}

export function createAccountService({
  users,
  refreshTokens,
  passwords,
  accessTokens,
}: AccountServiceDeps): AccountService {
  async function signIn(user: User): Promise<SignedIn> {
    const refreshToken = await refreshTokens.start(user.id);
    return { ok: true, session: { user: presentUser(user), ...accessTokens.issue(user) }, refreshToken };
  }

  /** Now that the password is at hand: a hash made in an older way becomes one of today's. */
  async function rehash({ id, passwordHash }: User, password: string): Promise<void> {
    if (passwordHash === null || !passwords.isOutdated(passwordHash)) return;
    await users.replaceHash(id, { from: passwordHash, to: await passwords.hash(password) });
  }

  async function signInNew(user: User | null): Promise<SignedIn> {
    return user ? signIn(user) : { ok: false, refusal: { code: 'email_taken' } };
  }

  return {
    register: async ({ email, password, name }) => {
      const passwordHash = await passwords.hash(password);
      return signInNew(await users.insert({ email, name, role: 'shopper', passwordHash }));
    },
    login: async ({ email, password }) => {
      const user = await users.findByEmail(email);
      const isRight = await passwords.matches(password, user?.passwordHash ?? null);
      if (!user || !isRight) return { ok: false, refusal: { code: 'invalid_credentials' } };
      await rehash(user, password);
      if (user.blocked)
        return { ok: false, refusal: { code: 'forbidden', detail: 'This account is blocked.' } };
      return signIn(user);
    },
    signInGuest: async () => {
      // .invalid is reserved (RFC 2606): no mail to a guest ever reaches anybody.
      const email = `guest-${randomUUID()}@guest.invalid`;
      return signInNew(await users.insert({ email, name: 'Guest', role: 'shopper', passwordHash: null }));
    },
    find: (userId) => users.findById(userId),
  };
}
