import { describe, expect, it } from '@jest/globals';
import { createSigner } from 'fast-jwt';
import { createHmac } from 'node:crypto';
import { createAccessTokens } from './access-token.ts';

const secret = 's'.repeat(32);
const user = { id: '0b7f9d3e-9a4c-4a0e-8f67-2f8d2f1c9b10', role: 'shopper' as const };

function start(options: { mostRemembered?: number } = {}) {
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
    expect(verify(accessToken)).toEqual({ userId: user.id, role: 'shopper' });
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
    const [header, , signature] = tokens.issue(user).accessToken.split('.');
    const claims = encode({ sub: user.id, role: 'admin', exp: 4e9 });
    expect(verify(`${header!}.${claims}.${signature!}`)).toBeNull();
  });

  it('refuses algorithms other than HS256, and none', () => {
    const { verify } = start();
    const claims = { sub: user.id, role: 'admin', exp: 4_000_000_000 };
    const unsigned = `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`;
    const input = `${encode({ alg: 'HS512', typ: 'JWT' })}.${encode(claims)}`;
    const otherHash = `${input}.${createHmac('sha512', secret).update(input).digest('base64url')}`;
    expect([verify(unsigned), verify(otherHash)]).toEqual([null, null]);
  });

  it.each([
    ['no expiry', { sub: user.id, role: 'shopper' }],
    ['no subject', { role: 'shopper', exp: 4_000_000_000 }],
    ['an unknown role', { sub: user.id, role: 'owner', exp: 4_000_000_000 }],
  ])('refuses a token of ours with %s', (_what, claims) => {
    const sign = createSigner({ key: secret, algorithm: 'HS256', noTimestamp: true });
    expect(start().verify(sign(claims))).toBeNull();
  });

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
    const { tokens, verify } = start({ mostRemembered: 4 });
    const issued = Array.from(
      { length: 20 },
      (_, n) => tokens.issue({ ...user, id: `user-${n}` }).accessToken,
    );
    for (let round = 0; round < 4; round += 1) {
      expect(issued.map((token) => verify(token)?.userId)).toEqual(issued.map((_, n) => `user-${n}`));
    }
  });
});
