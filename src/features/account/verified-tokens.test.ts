import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Identity } from './account.model.ts';
import { createVerifiedTokens } from './verified-tokens.ts';

const given = (count: number) =>
  Array.from({ length: count }, (_, n) => {
    const token = randomBytes(32).toString('base64url');
    const verified: Identity = {
      ...{ userId: `user-${n}`, role: 'shopper', sessionId: `session-${n}` },
      ...{ issuedAtMs: 0, expiresAtMs: n },
    };
    return { token, header: `Bearer ${token}`, verified };
  });

describe('the memory of verified tokens', () => {
  it('does not grow with those who come once', () => {
    const memory = createVerifiedTokens({ mostRemembered: 1_000 });
    for (const { header, token, verified } of given(10_000)) memory.add(header, token, verified);
    expect(memory.size).toBeLessThan(10); // two that look alike to the doorkeeper, about once in 400,000 pairs
  });

  it('knows who comes again, each by the whole header', () => {
    const memory = createVerifiedTokens({ mostRemembered: 1_000 });
    const crowd = given(100);
    for (let times = 0; times < 2; times += 1) {
      expect(crowd.map(({ header }) => memory.find(header))).toEqual(crowd.map(() => undefined));
      for (const { header, token, verified } of crowd) memory.add(header, token, verified);
    }
    expect(crowd.map(({ header }) => memory.find(header))).toEqual(crowd.map(({ verified }) => verified));
    expect(memory.find(`${crowd[0]!.header}x`)).toBeUndefined();
  });

  it('stays bounded and keeps who was there last', () => {
    const memory = createVerifiedTokens({ mostRemembered: 10 });
    const crowd = given(100);
    const [first] = crowd;
    for (const { header, token, verified } of crowd) {
      memory.find(first!.header); // comes all the time
      memory.add(header, token, verified);
      memory.add(header, token, verified);
      expect(memory.size).toBeLessThanOrEqual(10);
    }
    expect(memory.find(first!.header)).toBe(first!.verified);
    expect(memory.find(crowd.at(-1)!.header)).toBe(crowd.at(-1)!.verified);
    expect(memory.find(crowd[50]!.header)).toBeUndefined();
  });
});
