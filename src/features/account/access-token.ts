import { createSigner, createVerifier } from 'fast-jwt';
import type { Role } from '../../contracts/http.ts';
import type { Identity } from './account.model.ts';
import { createVerifiedTokens, type Verified } from './verified-tokens.ts';

export interface AccessTokensDeps {
  /** Signs with HS256; at least 32 characters. */
  secret: string;
  clock?: { now(): number };
  lifetimeSec?: number;
  /** Of tokens that come more than once. */
  mostRemembered?: number;
}

export interface AccessTokens {
  issue(user: { id: string; role: Role }): { accessToken: string; expiresIn: number };
  /** Reads an `Authorization` header; null for anything but an unexpired token of ours after `Bearer`. */
  verify(authorization: string | undefined): Identity | null;
}

const DEFAULT_LIFETIME_SEC = 24 * 3600;
/** Ours are about 230 characters; longer ones are not worth a hash, nor a place in the memory. */
const MAX_HEADER_LENGTH = 1024;
const BEARER = /^Bearer +([\w.-]+) *$/i;
const ROLES: ReadonlySet<unknown> = new Set<Role>(['shopper', 'operator', 'admin']);

/**
 * Issues and verifies access tokens: HS256 only, whatever a token's header says.
 *
 * A token that comes again is not verified again, but its expiry is checked each time.
 */
export function createAccessTokens({
  secret,
  clock = Date,
  lifetimeSec = DEFAULT_LIFETIME_SEC,
  mostRemembered = 20_000,
}: AccessTokensDeps): AccessTokens {
  const sign = createSigner({ key: secret, algorithm: 'HS256', noTimestamp: true });
  // Expiry is ours to check: on the given clock, and on remembered tokens too.
  const verifySignature = createVerifier({ key: secret, algorithms: ['HS256'], ignoreExpiration: true });
  const remembered = createVerifiedTokens({ mostRemembered });

  function check(authorization: string): Verified | null {
    const known = remembered.find(authorization);
    if (known) return known;
    const token = BEARER.exec(authorization)?.[1];
    const verified = token === undefined ? null : readClaims(token, verifySignature);
    if (token !== undefined && verified) remembered.add(authorization, token, verified);
    return verified;
  }

  return {
    issue: ({ id, role }) => {
      const issuedAtSec = Math.floor(clock.now() / 1000);
      const claims = { sub: id, role, iat: issuedAtSec, exp: issuedAtSec + lifetimeSec };
      return { accessToken: sign(claims), expiresIn: lifetimeSec };
    },
    verify: (authorization) => {
      if (authorization === undefined || authorization.length > MAX_HEADER_LENGTH) return null;
      const verified = check(authorization);
      return verified && clock.now() < verified.expiresAtMs ? verified.identity : null;
    },
  };
}

function readClaims(token: string, verifySignature: (token: string) => unknown): Verified | null {
  let claims: Record<string, unknown>;
  try {
    claims = verifySignature(token) as Record<string, unknown>;
  } catch {
    return null;
  }
  const { sub, role, exp } = claims;
  if (typeof sub !== 'string' || typeof exp !== 'number' || !ROLES.has(role)) return null;
  return { identity: { userId: sub, role: role as Role }, expiresAtMs: exp * 1000 };
}
