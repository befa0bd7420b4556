import type { IncomingMessage } from 'node:http';
import type { Response } from 'express';
import { REFRESH_LIFETIME_MS } from './refresh-token.repository.ts';

export const REFRESH_COOKIE = 'refresh_token';

/**
 * Out of reach of scripts and of other sites, and never sent in the clear: browsers (and curl) take `Secure` from
 * http://localhost as well. On plain HTTP anywhere else there is no refresh, and a session ends with its access token.
 */
const ATTRIBUTES = { httpOnly: true, secure: true, sameSite: 'strict', path: '/api/auth' } as const;

export function setRefreshCookie(res: Response, token: string): void {
  res.cookie(REFRESH_COOKIE, token, { ...ATTRIBUTES, maxAge: REFRESH_LIFETIME_MS });
}

export function clearRefreshCookie(res: Response): void {
  res.clearCookie(REFRESH_COOKIE, ATTRIBUTES);
}

/** The first cookie of that name that looks like one of ours; undefined for none. */
export function readRefreshCookie({ headers }: IncomingMessage): string | undefined {
  return /(?:^|;\s*)refresh_token=([\w-]{43})(?:;|$)/.exec(headers.cookie ?? '')?.[1];
}
