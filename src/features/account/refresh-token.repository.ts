import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Database, Transaction } from '../../infrastructure/postgres/database.ts';

/** Of each token; a session that is used lives on, for every use brings a new one. */
export const REFRESH_LIFETIME_MS = 7 * 24 * 3600 * 1000;
/** As long as this a used token may come again: two tabs that ask at once, or an answer that was lost on its way. */
const REPEAT_MS = 10_000;

export interface RefreshToken {
  /** 256 random bits; only its SHA-256 is stored, so a stolen table signs nobody in. */
  token: string;
  /** All that came of one sign-in: the session. */
  family: string;
}

export type Rotation =
  | ({ kind: 'rotated'; userId: string } & RefreshToken)
  /** It had been used before: somebody has a copy. Its family was revoked. */
  | { kind: 'reused'; userId: string; family: string }
  /** Unknown, expired, revoked, or of a user who may not sign in. */
  | { kind: 'refused' };

export interface RefreshTokenRepository {
  /**
   * Starts a family for a user who may sign in and whose hash is still the one that was checked.
   *
   * @returns null when that changed meanwhile
   */
  start(user: { id: string; passwordHash: string | null }): Promise<RefreshToken | null>;
  /** Takes a token for a new one of the same family. */
  rotate(token: string): Promise<Rotation>;
  /** @returns the family that this token belonged to, revoked; null when there is none */
  revokeFamilyOf(token: string): Promise<string | null>;
  /** Of a user; nothing for a session that has no family, such as a load tester's. */
  revokeFamily(userId: string, family: string): Promise<void>;
}

interface Row {
  id: string;
  token_hash: string;
  user_id: string;
  family: string;
  expires_at: Date;
  used_at: Date | null;
  revoked_at: Date | null;
}

/**
 * Whatever touches a user's families holds the user's row first: a family that is being revoked cannot grow a token
 * that its revocation does not see. `no key` leaves the foreign keys of orders alone.
 */
export async function lockUser(
  tx: Transaction,
  userId: string,
): Promise<{ password_hash: string | null; blocked: boolean; deleted_at: Date | null } | undefined> {
  return tx<{ id: string; password_hash: string | null; blocked: boolean; deleted_at: Date | null }>('users')
    .where({ id: userId })
    .forNoKeyUpdate()
    .first('password_hash', 'blocked', 'deleted_at');
}

/** Ends every session of a user; the caller holds `lockUser`. @returns how many tokens were revoked */
export function revokeFamiliesOf(tx: Transaction, userId: string): Promise<number> {
  return tx('refresh_tokens')
    .where({ user_id: userId, revoked_at: null })
    .update({ revoked_at: tx.fn.now() });
}

export function createRefreshTokenRepository({
  db,
  clock = Date,
}: {
  db: Database;
  clock?: { now(): number };
}): RefreshTokenRepository {
  const insert = async (tx: Transaction, userId: string, family: string, parentId: string | null) => {
    const token = randomBytes(32).toString('base64url');
    await tx('refresh_tokens').insert({
      user_id: userId,
      token_hash: hashRefreshToken(token),
      family,
      parent_id: parentId,
      expires_at: new Date(clock.now() + REFRESH_LIFETIME_MS),
    });
    return { token, family };
  };

  /** A used token is good once more if what it brought never reached its owner: nobody used that. */
  const mayComeAgain = async (tx: Transaction, { id, used_at }: Row): Promise<boolean> => {
    if (!used_at || clock.now() - used_at.getTime() > REPEAT_MS) return false;
    return (
      (await tx('refresh_tokens').where({ parent_id: id }).whereNotNull('used_at').first('id')) === undefined
    );
  };

  const revoke = (tx: Transaction, family: string) =>
    tx('refresh_tokens')
      .where({ family, revoked_at: null })
      .update({ revoked_at: new Date(clock.now()) });

  const find = (tx: Database, token: string) =>
    tx<Row>('refresh_tokens')
      .where({ token_hash: hashRefreshToken(token) })
      .first();

  const withFamily = async <T>(
    token: string,
    work: (tx: Transaction, row: Row) => Promise<T>,
  ): Promise<T | null> => {
    const found = await find(db, token);
    if (!found) return null;
    return db.transaction(async (tx) => {
      await lockUser(tx, found.user_id);
      const row = await find(tx, token); // as it is now that nobody else can change it
      return row ? work(tx, row) : null;
    });
  };

  return {
    start: ({ id, passwordHash }) =>
      db.transaction(async (tx) => {
        const user = await lockUser(tx, id);
        if (!user || user.blocked || user.deleted_at || user.password_hash !== passwordHash) return null;
        return insert(tx, id, randomUUID(), null);
      }),

    rotate: async (token) => {
      const rotation = await withFamily(token, async (tx, row): Promise<Rotation> => {
        if (row.revoked_at || row.expires_at.getTime() <= clock.now()) return { kind: 'refused' };
        const user = await lockUser(tx, row.user_id);
        if (!user || user.blocked || user.deleted_at) return { kind: 'refused' };
        const { id, user_id: userId, family } = row;
        if (row.used_at && !(await mayComeAgain(tx, row))) {
          await revoke(tx, family);
          return { kind: 'reused', userId, family };
        }
        if (!row.used_at)
          await tx('refresh_tokens')
            .where({ id })
            .update({ used_at: new Date(clock.now()) });
        return { kind: 'rotated', userId, ...(await insert(tx, userId, family, id)) };
      });
      return rotation ?? { kind: 'refused' };
    },

    revokeFamilyOf: (token) =>
      withFamily(token, async (tx, { family }) => {
        await revoke(tx, family);
        return family;
      }),

    revokeFamily: (userId, family) =>
      db.transaction(async (tx) => {
        await lockUser(tx, userId);
        await revoke(tx, family);
      }),
  };
}

/** A plain hash is enough for what is random itself: there is nothing to guess. */
export function hashRefreshToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
