import { describe, expect, it } from '@jest/globals';
import { createDecoder, createSigner, createVerifier, type JwtHeader } from 'fast-jwt';
import { createHmac } from 'node:crypto';
import { createAccessTokens } from './access-token.ts';
import { createTokenKey } from './signed-token.ts';

const secret = 's'.repeat(32);
const user = { id: '0b7f9d3e-9a4c-4a0e-8f67-2f8d2f1c9b10', role: 'shopper' as const };

function start(options: { rememberedPlaces?: number } = {}) {
  const clock = { at: Date.parse('2026-01-01T00:00:00Z'), now: () => clock.at };
  const tokens = createAccessTokens({ secret, clock, lifetimeSec: 60, ...options });
  const verify = (token: string) => tokens.verify(`Bearer ${token}`);
  return { clock, tokens, verify };
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

describe('createAccessTokens', () => {
  it('knows the tokens it issued', () => {
    const { tokens, verify } = start();
    const { accessToken, expiresIn } = tokens.issue(user);
    expect(expiresIn).toBe(60);
    expect(verify(accessToken)).toEqual({
      userId: user.id,
      role: 'shopper',
      sessionId: expect.any(String),
      issuedAtMs: Date.parse('2026-01-01T00:00:00Z'),
      expiresAtMs: Date.parse('2026-01-01T00:01:00Z'),
    });
  });

  it('takes the scheme in any case', () => {
    const { tokens } = start();
    expect(tokens.verify(`bearer ${tokens.issue(user).accessToken}`)).not.toBeNull();
  });

  it('refuses a token that has expired, also one it has verified before', () => {
    const { clock, tokens, verify } = start();
    const { accessToken } = tokens.issue(user);
    for (let times = 0; times < 3; times += 1) expect(verify(accessToken)).not.toBeNull();
    clock.at += 60_000;
    expect(verify(accessToken)).toBeNull();
  });

  it('refuses a token signed with another secret', () => {
    const { verify } = start();
    const other = createAccessTokens({ secret: 'o'.repeat(32) });
    expect(verify(other.issue(user).accessToken)).toBeNull();
  });

  it('refuses a token whose claims were changed', () => {
    const { tokens, verify } = start();
    const [header, issued, signature] = tokens.issue(user).accessToken.split('.');
    const claims = JSON.parse(Buffer.from(issued!, 'base64url').toString()) as object;
    expect(verify(`${header!}.${encode(claims)}.${signature!}`)).not.toBeNull();
    expect(verify(`${header!}.${encode({ ...claims, role: 'admin' })}.${signature!}`)).toBeNull();
  });

  it('refuses algorithms other than HS256, and none', () => {
    const { verify } = start();
    const claims = { sub: user.id, role: 'admin', exp: 4_000_000_000 };
    const unsigned = `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`;
    const input = `${encode({ alg: 'HS512', typ: 'JWT' })}.${encode(claims)}`;
    const otherHash = `${input}.${createHmac('sha512', secret).update(input).digest('base64url')}`;
    expect([verify(unsigned), verify(otherHash)]).toEqual([null, null]);
  });

  it('writes what any JWT library reads, and reads what it writes', () => {
    const { clock, tokens, verify } = start();
    const { accessToken } = tokens.issue(user);
    const now = { clockTimestamp: clock.at };
    const verifyByLibrary = createVerifier({
      key: secret,
      algorithms: ['HS256'],
      checkTyp: 'at+jwt',
      ...now,
    });
    const claims = verifyByLibrary(accessToken) as object;
    expect(claims).toMatchObject({ iss: 'stampede', aud: 'stampede-api', nbf: 1767225600, exp: 1767225660 });
    const { header } = createDecoder({ complete: true })(accessToken) as { header: JwtHeader };
    const sign = createSigner({
      key: secret,
      algorithm: 'HS256',
      kid: header.kid!,
      header,
      noTimestamp: true,
    });
    expect(verify(sign(claims))).not.toBeNull();
  });

  const goodClaims = {
    ...{ iss: 'stampede', aud: 'stampede-api', sub: user.id, role: 'shopper', sid: 'one' },
    ...{ iat: 1767225600, nbf: 1767225600, exp: 4_000_000_000, ims: 1767225600000 },
  };
  const { header } = createTokenKey(secret, 'HS256');
  const signed = (claims: object, inHeader = header) => {
    const input = `${inHeader}.${encode(claims)}`;
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
  };

  it('takes a token as it should be', () => {
    expect(start().verify(signed(goodClaims))).not.toBeNull();
  });

  it('refuses good claims under our header with a signature that is not theirs', () => {
    const [, , ofOthers] = signed({ ...goodClaims, role: 'operator' }).split('.');
    const [, claims] = signed({ ...goodClaims, role: 'admin' }).split('.');
    const { verify } = start();
    for (const signature of [ofOthers!, 'A'.repeat(43), '']) {
      expect(verify(`${header}.${claims!}.${signature}`)).toBeNull();
    }
  });

  it('refuses every other spelling of a good token', () => {
    const { verify } = start();
    const token = signed(goodClaims);
    expect(verify(token)).not.toBeNull();
    // The last character of 43 has two bits that say nothing, and a lenient decoder reads past what is not base64url.
    const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.indexOf(token.at(-1)!);
    const sameBits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'[last ^ 1]!;
    const above = (at: number): string =>
      token.slice(0, at) + String.fromCharCode(token.charCodeAt(at) + 0x100) + token.slice(at + 1);
    for (const other of [
      token.slice(0, -1) + sameBits,
      ...[`${token}=`, `${token}.`, `${token}\n${token}`, token.replaceAll('.', '..')],
      ...[above(0), above(token.indexOf('.') + 5), above(token.length - 1), above(token.length - 20)],
    ]) {
      expect(verify(other)).toBeNull();
    }
  });

  it.each([
    ['no expiry', { exp: undefined }],
    ['no subject', { sub: undefined }],
    ['an unknown role', { role: 'owner' }],
    ['another issuer', { iss: 'other' }],
    ['another audience', { aud: 'other' }],
    ['several audiences', { aud: ['stampede-api', 'other'] }],
    ['no session', { sid: undefined }],
    ['no time of issue', { ims: undefined }],
    ['a start that is no number', { nbf: '0' }],
    ['a start more than 30 s ahead', { nbf: 1767225631 }],
  ])('refuses a token of ours with %s', (_what, change) => {
    expect(start().verify(signed({ ...goodClaims, ...change }))).toBeNull();
  });

  it('bears with clocks 30 s apart', () => {
    expect(start().verify(signed({ ...goodClaims, nbf: 1767225630 }))).not.toBeNull();
  });

  it.each([
    ['another type', { typ: 'JWT' }],
    ['no type', { typ: undefined }],
    ['another key id', { kid: 'other' }],
    ['a key of its own', { jwk: { kty: 'oct', k: 'AAAA' } }],
    ['something critical', { crit: ['b64'], b64: false }],
  ])('refuses a token with our signature and %s in its header', (_what, change) => {
    const ours = JSON.parse(Buffer.from(header, 'base64url').toString()) as object;
    expect(start().verify(signed(goodClaims, encode({ ...ours, ...change })))).toBeNull();
  });

  it('takes tokens of the secrets before, and signs with the new one', () => {
    const old = createAccessTokens({ secret: 'o'.repeat(32) });
    const rotated = createAccessTokens({ secret, previousSecrets: ['o'.repeat(32)] });
    const fromOld = `Bearer ${old.issue(user).accessToken}`;
    expect(rotated.verify(fromOld)).not.toBeNull();
    expect(old.verify(`Bearer ${rotated.issue(user).accessToken}`)).toBeNull();
    expect(createAccessTokens({ secret }).verify(fromOld)).toBeNull();
  });

  it.each(['HS384', 'HS512'] as const)(
    'signs with %s when it is configured, and takes no other',
    (algorithm) => {
      const other = createAccessTokens({ secret, algorithm });
      const authorization = `Bearer ${other.issue(user).accessToken}`;
      expect([other.verify(authorization) !== null, start().tokens.verify(authorization)]).toEqual([
        true,
        null,
      ]);
    },
  );

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Basic abc',
    'Bearer a b',
    `Bearer ${'a'.repeat(5_000)}`,
    'a.b.c',
  ])('refuses %j as a header', (header) => {
    expect(start().tokens.verify(header)).toBeNull();
  });

  it('still knows every token when there are more than it remembers', () => {
    const { tokens, verify } = start({ rememberedPlaces: 4 });
    const issued = Array.from(
      { length: 20 },
      (_, n) => tokens.issue({ ...user, id: `user-${n}` }).accessToken,
    );
    for (let round = 0; round < 4; round += 1) {
      expect(issued.map((token) => verify(token)?.userId)).toEqual(issued.map((_, n) => `user-${n}`));
    }
  });
});
