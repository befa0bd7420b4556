import { createHash, timingSafeEqual } from 'node:crypto';
import { createHmacOf } from './hmac.ts';

export type TokenAlgorithm = 'HS256' | 'HS384' | 'HS512';

export interface TokenKey {
  /** The first part of every token of this key: algorithm, type and key id, always spelled the same. */
  header: string;
  sign(claims: object): string;
  /** The claims of a token that has this header and is signed with this key; null for any other. */
  read(token: string): Record<string, unknown> | null;
}

const HASHES = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' } as const;
/** Says what kind of token it is (RFC 9068), so that no other kind is ever taken for one. */
const TYPE = 'at+jwt';

/**
 * Makes one key of compact JWTs (RFC 7515, 7519).
 *
 * A token's header is compared as text with the one this key writes, never read: it can choose neither the algorithm
 * nor anything else (RFC 8725, 3.1). So is its signature, which has one spelling. What is left of a verification is one HMAC.
 * Tests hold both directions against a library.
 */
export function createTokenKey(secret: string, algorithm: TokenAlgorithm): TokenKey {
  // 48 bits of a hash name the key; they tell nothing that a token's signature does not.
  const kid = createHash('sha256').update(`kid:${secret}`).digest('base64url').slice(0, 8);
  const header = encode({ alg: algorithm, typ: TYPE, kid });
  const start = `${header}.`;
  const signatureOf = createHmacOf(HASHES[algorithm], secret);
  const right = Buffer.alloc(signatureOf('').length);
  const given = Buffer.alloc(right.length);

  return {
    header,
    sign: (claims) => {
      const input = start + encode(claims);
      return `${input}.${signatureOf(input)}`;
    },
    read: (token) => {
      const end = token.length - right.length - 1;
      if (!token.startsWith(start) || token[end] !== '.') return null;
      right.write(signatureOf(token.slice(0, end)));
      // UTF-8, in which no other text has the bytes of this one.
      if (given.write(token.slice(end + 1)) !== given.length || !timingSafeEqual(given, right)) return null;
      return JSON.parse(decode(token.slice(start.length, end))) as Record<string, unknown>;
    },
  };
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
/** After the signature was checked: this text is our own. */
const decode = (part: string): string => Buffer.from(part, 'base64url').toString();
