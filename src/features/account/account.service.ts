import { randomUUID } from 'node:crypto';
import type { Refusal } from '../../errors/refusal.ts';
import type { User } from './account.model.ts';
import type { ChangePasswordRequest, LoginRequest, RegisterRequest } from './account.schema.ts';
import type { PasswordTries } from './password-tries.ts';
import type { Passwords } from './password.ts';
import type { RevokedTokens } from './revoked-tokens.ts';
import type { Sessions, SignedIn } from './sessions.ts';
import type { UserRepository } from './user.repository.ts';

export interface AccountServiceDeps {
  users: UserRepository;
  sessions: Pick<Sessions, 'begin'>;
  passwords: Passwords;
  passwordTries: PasswordTries;
  revokedTokens: Pick<RevokedTokens, 'revokeUser'>;
}

/** Who changes their own account, and from where. */
export interface Asker {
  userId: string;
  address: string;
  requestId: string;
}

type Done = { ok: true } | { ok: false; refusal: Refusal };

export interface AccountService {
  /** Makes a shopper and signs in; refuses `email_taken`. */
  register(request: RegisterRequest): Promise<SignedIn>;
  /**
   * Refuses `rate_limited` after wrong passwords, `invalid_credentials`, after the same time for an e-mail nobody has,
   * and `forbidden` when blocked.
   */
  login(request: LoginRequest, address: string): Promise<SignedIn>;
  /** Makes a fresh shopper without a password and signs in. */
  signInGuest(): Promise<SignedIn>;
  /** Ends every session of the user and begins a new one; refuses `invalid_credentials`. */
  changePassword(asker: Asker, request: ChangePasswordRequest): Promise<SignedIn>;
  /**
   * Takes from the user's row all that names a person and ends every session; orders stay. Refuses
   * `invalid_credentials`; a guest has no password to give.
   */
  deleteAccount(asker: Asker, password: string | undefined): Promise<Done>;
  /** The user as stored now; null for one who deleted the account. */
  find(userId: string): Promise<User | null>;
}

const WRONG: { ok: false; refusal: Refusal } = { ok: false, refusal: { code: 'invalid_credentials' } };

export function createAccountService({
  users,
  sessions,
  passwords,
  passwordTries,
  revokedTokens,
}: AccountServiceDeps): AccountService {
  async function signInNew(user: User | null): Promise<SignedIn> {
    return user ? sessions.begin(user) : { ok: false, refusal: { code: 'email_taken' } };
  }

  /** Now that the password is at hand: a hash made in an older way becomes one of today's. */
  async function rehash(user: User, password: string): Promise<User> {
    const { id, passwordHash } = user;
    if (passwordHash === null || !passwords.isOutdated(passwordHash)) return user;
    const fresh = await passwords.hash(password);
    return (await users.replaceHash(id, { from: passwordHash, to: fresh }))
      ? { ...user, passwordHash: fresh }
      : user;
  }

  /** One try at a password, counted before it is looked at; null when it is right. */
  async function refuseTry(
    { email, password, hash }: { email: string; password: string; hash: string | null },
    address: string,
  ): Promise<Refusal | null> {
    const refusal = await passwordTries.take(email, address);
    if (refusal) return refusal;
    if (!(await passwords.matches(password, hash))) return WRONG.refusal;
    await passwordTries.forget(email, address);
    return null;
  }

  return {
    register: async ({ email, password, name }) => {
      const passwordHash = await passwords.hash(password);
      return signInNew(await users.insert({ email, name, role: 'shopper', passwordHash }));
    },

    login: async ({ email, password }, address) => {
      const user = await users.findByEmail(email);
      const refusal = await refuseTry({ email, password, hash: user?.passwordHash ?? null }, address);
      if (refusal) return { ok: false, refusal };
      if (!user) return WRONG;
      if (user.blocked)
        return { ok: false, refusal: { code: 'forbidden', detail: 'This account is blocked.' } };
      return sessions.begin(await rehash(user, password));
    },

    signInGuest: async () => {
      // .invalid is reserved (RFC 2606): no mail to a guest ever reaches anybody.
      const email = `guest-${randomUUID()}@guest.invalid`;
      return signInNew(await users.insert({ email, name: 'Guest', role: 'shopper', passwordHash: null }));
    },

    changePassword: async ({ userId, address, requestId }, { currentPassword, newPassword }) => {
      const user = await users.findById(userId);
      if (!user) return WRONG;
      const { email, passwordHash: from } = user;
      const refusal = await refuseTry({ email, password: currentPassword, hash: from }, address);
      if (refusal) return { ok: false, refusal };
      const to = await passwords.hash(newPassword);
      if (!(await users.changePassword(userId, { from, to }, { actorId: userId, requestId }))) return WRONG;
      await revokedTokens.revokeUser(userId);
      return sessions.begin({ ...user, passwordHash: to });
    },

    deleteAccount: async ({ userId, address, requestId }, password = '') => {
      const user = await users.findById(userId);
      if (!user) return WRONG;
      const { email, passwordHash: hash } = user;
      const refusal = hash === null ? null : await refuseTry({ email, password, hash }, address);
      if (refusal) return { ok: false, refusal };
      await users.anonymise(userId, { actorId: userId, requestId });
      await revokedTokens.revokeUser(userId);
      return { ok: true };
    },

    find: (userId) => users.findById(userId),
  };
}
