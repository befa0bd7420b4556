import type { IncomingMessage } from 'node:http';
import type { Response } from 'express';
import type { Identity } from './account.model.ts';

/** What the cookie opens, by reading. */
export const BOARD_PATH = '/api/admin/queues';

/** A browser that follows a link sends no `Authorization` header. See refresh-cookie.ts for `Secure`. */
const ATTRIBUTES = { httpOnly: true, secure: true, sameSite: 'strict', path: BOARD_PATH } as const;
/** Whatever tokens live for; those of a load test live for a day. */
const MOST_LIFETIME_MS = 15 * 60_000;
const COOKIE = /(?:^|;\s*)board_token=([\w.-]{1,1000})(?:;|$)/;

/**
 * Lends the access token of this request to the board. It is the very token, not a new one: so it ends when that ends,
 * with its session and its user, and nobody can make it live longer by asking again.
 *
 * @param authorization  the header that `identity` was read from
 */
export function setBoardCookie(
  res: Response,
  { authorization, identity, now }: { authorization: string; identity: Identity; now: number },
): void {
  const maxAge = Math.min(MOST_LIFETIME_MS, identity.expiresAtMs - now);
  res.cookie('board_token', authorization.replace(/^Bearer +/i, '').trim(), { ...ATTRIBUTES, maxAge });
}

/** As an `Authorization` header; undefined for any request that is not a read below the board's path. */
export function readBoardCookie(req: IncomingMessage & { path: string }): string | undefined {
  if (req.method !== 'GET' && req.method !== 'HEAD') return undefined;
  if (req.path !== BOARD_PATH && !req.path.startsWith(`${BOARD_PATH}/`)) return undefined;
  const token = COOKIE.exec(req.headers.cookie ?? '')?.[1];
  return token === undefined ? undefined : `Bearer ${token}`;
}
