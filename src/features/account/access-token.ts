import { randomUUID } from 'node:crypto';
import type { Role } from '../../contracts/http.ts';
import type { Identity } from './account.model.ts';
import { createTokenKey, type TokenAlgorithm } from './signed-token.ts';
import { createVerifiedTokens } from './verified-tokens.ts';

export interface AccessTokensDeps {
  /** Signs; at least 32 characters. */
  secret: string;
  /** Secrets that signed before this one: their tokens are taken until they expire. */
  previousSecrets?: readonly string[];
  /** The only one there is, whatever a token's header says. */
  algorithm?: TokenAlgorithm;
  clock?: { now(): number };
  lifetimeSec?: number;
  /** For tokens that come more than once, a power of two. */
  rememberedPlaces?: number;
}

export interface AccessTokens {
  /** @param user.sessionId  the session that ends with a logout; a new one by default */
  issue(user: { id: string; role: Role; sessionId?: string }): { accessToken: string; expiresIn: number };
  /** Reads an `Authorization` header; null for anything but an unexpired token of ours after `Bearer`. */
  verify(authorization: string | undefined): Identity | null;
}

/** A stolen token is worth little, and a refresh every quarter of an hour costs nothing. */
export const ACCESS_LIFETIME_SEC = 15 * 60;
/** Of those whose tokens come from a command: a load test has no refresh cookie. Nothing of ours lives longer. */
export const MOST_LIFETIME_SEC = 24 * 3600;
/** Between the clocks of two machines, for `nbf`: one minute is what RFC 7519 calls more than enough. */
const SKEW_MS = 30_000;
const ISSUER = 'stampede';
const AUDIENCE = 'stampede-api';
/** Ours are about 470 characters; longer ones are not worth a hash, nor a place in the memory. */
const MAX_HEADER_LENGTH = 1024;
const SCHEME = 'Bearer ';
/** As a few spell it: a search for text takes a fraction of an expression's time. */
const BEARER = /^Bearer /i;
const ROLES: ReadonlySet<unknown> = new Set<Role>(['shopper', 'operator', 'admin']);

/**
 * Issues and verifies access tokens after RFC 8725: one algorithm from configuration, explicit type, issuer, audience,
 * key id, times.
 *
 * Only a header that one of our keys writes chooses a key. A token that comes again is not verified again, but its
 * expiry is checked each time.
 */
export function createAccessTokens({
  secret,
  previousSecrets = [],
  algorithm = 'HS256',
  clock = Date,
  lifetimeSec = ACCESS_LIFETIME_SEC,
  rememberedPlaces = 16_384,
}: AccessTokensDeps): AccessTokens {
  const signingKey = createTokenKey(secret, algorithm);
  const keys = [signingKey, ...previousSecrets.map((previous) => createTokenKey(previous, algorithm))];
  const remembered = createVerifiedTokens({ places: rememberedPlaces });

  function check(authorization: string): Identity | null {
    const known = remembered.find(authorization);
    if (known) return known;
    if (!authorization.startsWith(SCHEME) && !BEARER.test(authorization)) return null;
    const token = authorization.slice(SCHEME.length).trim();
    for (const key of keys) {
      const claims = key.read(token);
      const identity = claims && readClaims(claims, clock.now());
      if (identity) remembered.add(authorization, identity);
      if (claims) return identity;
    }
    return null;
  }

  return {
    issue: ({ id, role, sessionId = randomUUID() }) => {
      const issuedAtMs = clock.now();
      const iat = Math.floor(issuedAtMs / 1000);
      const claims = { iss: ISSUER, aud: AUDIENCE, sub: id, role, sid: sessionId };
      // Milliseconds as well: what was issued in the second of a revocation, but after it, stays good.
      const times = { iat, nbf: iat, exp: iat + lifetimeSec, ims: issuedAtMs };
      return { accessToken: signingKey.sign({ ...claims, ...times }), expiresIn: lifetimeSec };
    },
    verify: (authorization) => {
      if (authorization === undefined || authorization.length > MAX_HEADER_LENGTH) return null;
      const identity = check(authorization);
      return identity && clock.now() < identity.expiresAtMs ? identity : null;
    },
  };
}

function readClaims(claims: Record<string, unknown>, nowMs: number): Identity | null {
  const { iss, aud, sub, role, sid, ims, nbf, exp } = claims;
  if (iss !== ISSUER || aud !== AUDIENCE || typeof sub !== 'string' || typeof sid !== 'string') return null;
  if (typeof ims !== 'number' || typeof nbf !== 'number' || typeof exp !== 'number') return null;
  if (!ROLES.has(role) || nbf * 1000 > nowMs + SKEW_MS) return null;
  return { userId: sub, role: role as Role, sessionId: sid, issuedAtMs: ims, expiresAtMs: exp * 1000 };
}
