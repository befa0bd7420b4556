import type { Role } from '../../contracts/http.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import { isUniqueViolation } from '../../infrastructure/postgres/sqlstate.ts';
import type { User } from './account.model.ts';

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
}

interface UserRow {
  id: string;
  email: string;
  name: string;
  role: Role;
  blocked: boolean;
  password_hash: string | null;
}

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
        .where({ id })
        .first(...COLUMNS);
      return row ? toUser(row) : null;
    },
    replaceHash: async (id, { from, to }) => {
      const where = { id, password_hash: from };
      return (await db<UserRow>('users').where(where).update({ password_hash: to })) === 1;
    },
  };
}

function toUser({ id, email, name, role, blocked, password_hash: passwordHash }: UserRow): User {
  return { id, email, name, role, blocked, passwordHash };
}
