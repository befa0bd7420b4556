import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Database } from '../../infrastructure/postgres/database.ts';

/** A month: long enough that a shopper of one drop is still signed in at the next. */
export const REFRESH_LIFETIME_MS = 30 * 24 * 3600 * 1000;

export interface RefreshTokenRepository {
  /**
   * Starts a new family of refresh tokens for a user.
   *
   * @returns the token, 256 random bits; only its SHA-256 is stored, so a stolen table signs nobody in
   */
  start(userId: string): Promise<string>;
}

export function createRefreshTokenRepository({
  db,
  clock = Date,
}: {
  db: Database;
  clock?: { now(): number };
}): RefreshTokenRepository {
  return {
    start: async (userId) => {
      const token = randomBytes(32).toString('base64url');
      await db('refresh_tokens').insert({
        user_id: userId,
        token_hash: hashRefreshToken(token),
        family: randomUUID(),
        expires_at: new Date(clock.now() + REFRESH_LIFETIME_MS),
      });
      return token;
    },
  };
}

/** A plain hash is enough for what is random itself: there is nothing to guess. */
export function hashRefreshToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
