import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Identity } from './account.model.ts';
import { createVerifiedTokens } from './verified-tokens.ts';

const given = (count: number) =>
  Array.from({ length: count }, (_, n) => {
    const token = createHash('sha256').update(String(n)).digest('base64url');
    const verified: Identity = {
      ...{ userId: `user-${n}`, role: 'shopper', sessionId: `session-${n}` },
      ...{ issuedAtMs: 0, expiresAtMs: n },
    };
    return { header: `Bearer ${token}`, verified };
  });

describe('the memory of verified tokens', () => {
  it('does not grow with those who come once', () => {
    const memory = createVerifiedTokens({ places: 1_024 });
    for (const { header, verified } of given(10_000)) memory.add(header, verified);
    expect(memory.size).toBeLessThan(10); // two that look alike to the doorkeeper, about once in 400,000 pairs
  });

  it('knows who comes again, each by the whole header', () => {
    const memory = createVerifiedTokens({ places: 65_536 });
    const crowd = given(100);
    for (let times = 0; times < 2; times += 1) {
      expect(crowd.map(({ header }) => memory.find(header))).toEqual(crowd.map(() => undefined));
      for (const { header, verified } of crowd) memory.add(header, verified);
    }
    expect(crowd.map(({ header }) => memory.find(header))).toEqual(crowd.map(({ verified }) => verified));
    expect(memory.find(`${crowd[0]!.header}x`)).toBeUndefined();
  });

  it('stays bounded, and who came again last has the place', () => {
    const memory = createVerifiedTokens({ places: 8 });
    const crowd = given(100);
    for (const { header, verified } of crowd) {
      memory.add(header, verified);
      memory.add(header, verified);
      expect(memory.find(header)).toBe(verified);
    }
    expect(memory.size).toBe(8);
    expect(crowd.filter(({ header }) => memory.find(header) !== undefined)).toHaveLength(8);
  });
});
