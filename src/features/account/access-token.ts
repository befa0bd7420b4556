import { createSigner, createVerifier } from 'fast-jwt';
import type { Role } from '../../contracts/http.ts';
import type { Identity } from './account.model.ts';

export interface AccessTokensDeps {
  /** Signs with HS256; at least 32 characters. */
  secret: string;
  clock?: { now(): number };
  lifetimeSec?: number;
  /** Verified tokens remembered at most. */
  cacheSize?: number;
}

export interface AccessTokens {
  issue(user: { id: string; role: Role }): { accessToken: string; expiresIn: number };
  /** Reads an `Authorization` header; null for anything but an unexpired token of ours after `Bearer`. */
  verify(authorization: string | undefined): Identity | null;
}

const DEFAULT_LIFETIME_SEC = 24 * 3600;
/** Ours are about 230 characters; longer ones are not worth a hash, nor a place in the cache. */
const MAX_TOKEN_LENGTH = 1024;
const BEARER = /^Bearer +([\w.-]+) *$/i;
const ROLES: ReadonlySet<unknown> = new Set<Role>(['shopper', 'operator', 'admin']);

interface Verified {
  identity: Identity;
  expiresAtMs: number;
}

/**
 * Issues and verifies access tokens: HS256 only, whatever a token's header says.
 *
 * Verified tokens are remembered, for a shopper in a crowd sends the same one again and again, and their expiry is
 * checked each time. The memory is two generations: when the young one is full the old one is dropped.
 */
export function createAccessTokens({
  secret,
  clock = Date,
  lifetimeSec = DEFAULT_LIFETIME_SEC,
  cacheSize = 40_000,
}: AccessTokensDeps): AccessTokens {
  const sign = createSigner({ key: secret, algorithm: 'HS256', noTimestamp: true });
  // Expiry is ours to check: on the given clock, and on remembered tokens too.
  const verifySignature = createVerifier({ key: secret, algorithms: ['HS256'], ignoreExpiration: true });
  let young = new Map<string, Verified>();
  let old = new Map<string, Verified>();

  function remember(token: string, verified: Verified): void {
    if (young.size >= cacheSize / 2) {
      old = young;
      young = new Map();
    }
    young.set(token, verified);
  }

  function check(token: string): Verified | null {
    const known = young.get(token);
    if (known) return known;
    const verified = old.get(token) ?? readClaims(token, verifySignature);
    if (verified) remember(token, verified);
    return verified;
  }

  return {
    issue: ({ id, role }) => {
      const issuedAtSec = Math.floor(clock.now() / 1000);
      const claims = { sub: id, role, iat: issuedAtSec, exp: issuedAtSec + lifetimeSec };
      return { accessToken: sign(claims), expiresIn: lifetimeSec };
    },
    verify: (authorization) => {
      if (authorization === undefined || authorization.length > MAX_TOKEN_LENGTH) return null;
      const token = BEARER.exec(authorization)?.[1];
      if (token === undefined) return null;
      const verified = check(token);
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
