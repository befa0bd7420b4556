import type { Role } from '../../contracts/http.ts';
import { writeAudit, type Actor } from '../audit/write-audit.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import { isUniqueViolation } from '../../infrastructure/postgres/sqlstate.ts';
import type { User } from './account.model.ts';
import { lockUser, revokeFamiliesOf } from './refresh-token.repository.ts';

export interface NewUser {
  email: string;
  name: string;
  role: Role;
  passwordHash: string | null;
}

export interface UserRepository {
  /** Null when the e-mail is taken, whatever its case. */
  insert(user: NewUser): Promise<User | null>;
  findByEmail(email: string): Promise<User | null>;
  findById(id: string): Promise<User | null>;
  /**
   * Stores a user's hash anew, unless it was changed since it was read.
   *
   * @returns whether it was stored
   */
  replaceHash(id: string, hashes: { from: string; to: string }): Promise<boolean>;
  /** The same with every session of the user ended and a line in the audit log, in one transaction. */
  changePassword(id: string, hashes: { from: string | null; to: string }, actor: Actor): Promise<boolean>;
  /** Takes away e-mail, name and password, ends every session and says so in the audit log, in one transaction. */
  anonymise(id: string, actor: Actor): Promise<void>;
}

interface UserRow {
  id: string;
  email: string;
  name: string;
  role: Role;
  blocked: boolean;
  password_hash: string | null;
  deleted_at: Date | null;
}

/** Neither passwords nor who somebody was belong into a log that is never emptied. */
const aboutUser = (id: string) => ({ subject: `user:${id}`, before: null, after: null });

const COLUMNS = ['id', 'email', 'name', 'role', 'blocked', 'password_hash'] as const;

export function createUserRepository({ db }: { db: Database }): UserRepository {
  return {
    insert: async ({ email, name, role, passwordHash }) => {
      try {
        const [row] = await db<UserRow>('users')
          .insert({ email, name, role, password_hash: passwordHash })
          .returning(COLUMNS);
        return row ? toUser(row) : null;
      } catch (error) {
        if (isUniqueViolation(error, 'users_email_key')) return null;
        throw error;
      }
    },
    findByEmail: async (email) => {
      const row = await db<UserRow>('users')
        .whereRaw('lower(email) = lower(?)', email)
        .first(...COLUMNS);
      return row ? toUser(row) : null;
    },
    findById: async (id) => {
      const row = await db<UserRow>('users')
        .where({ id, deleted_at: null })
        .first(...COLUMNS);
      return row ? toUser(row) : null;
    },
    replaceHash: async (id, { from, to }) => {
      const where = { id, password_hash: from };
      return (await db<UserRow>('users').where(where).update({ password_hash: to })) === 1;
    },
    changePassword: (id, { from, to }, actor) =>
      db.transaction(async (tx) => {
        const user = await lockUser(tx, id);
        if (!user || user.deleted_at || user.password_hash !== from) return false;
        await tx<UserRow>('users').where({ id }).update({ password_hash: to });
        await revokeFamiliesOf(tx, id);
        await writeAudit(tx, actor, { ...aboutUser(id), action: 'account.change-password' });
        return true;
      }),
    anonymise: (id, actor) =>
      db.transaction(async (tx) => {
        const user = await lockUser(tx, id);
        if (!user || user.deleted_at) return;
        await tx('users')
          .where({ id })
          // .invalid is reserved (RFC 2606); the id keeps the address unique.
          .update({
            email: `deleted-${id}@deleted.invalid`,
            name: '',
            password_hash: null,
            deleted_at: tx.fn.now(),
          });
        await revokeFamiliesOf(tx, id);
        await writeAudit(tx, actor, { ...aboutUser(id), action: 'account.delete' });
      }),
  };
}

function toUser({
  id,
  email,
  name,
  role,
  blocked,
  password_hash: passwordHash,
}: Omit<UserRow, 'deleted_at'>): User {
  return { id, email, name, role, blocked, passwordHash };
}
