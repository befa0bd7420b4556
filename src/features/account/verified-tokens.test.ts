import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Identity } from './account.model.ts';
import { createVerifiedTokens } from './verified-tokens.ts';

const given = (count: number, { from = 0, issuedAtMs = 0 } = {}) =>
  Array.from({ length: count }, (_, n) => {
    const token = createHash('sha256')
      .update(String(from + n))
      .digest('base64url');
    const verified: Identity = {
      ...{ userId: `user-${n}`, role: 'shopper', sessionId: `session-${n}` },
      ...{ issuedAtMs, expiresAtMs: issuedAtMs + 1_000 },
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

  const fill = (memory: ReturnType<typeof createVerifiedTokens>, crowd: ReturnType<typeof given>) => {
    for (const { header, verified } of crowd) {
      memory.add(header, verified);
      memory.add(header, verified);
    }
    return crowd.filter(({ header }) => memory.find(header) !== undefined);
  };

  it('stays bounded, and is not turned over by a crowd that is larger', () => {
    const memory = createVerifiedTokens({ places: 64 });
    const known = fill(memory, given(1_000));
    expect(memory.size).toBe(64);
    expect(known).toHaveLength(64);
    fill(memory, given(160, { from: 1_000 })); // ten of them find a change of hands
    expect(known.filter(({ header }) => memory.find(header)).length).toBeGreaterThanOrEqual(64 - 10);
  });

  it('gives a place to who comes to it again and again', () => {
    const memory = createVerifiedTokens({ places: 1 });
    fill(memory, given(1));
    const [later] = given(1, { from: 1 });
    for (let times = 0; times < 17; times += 1) memory.add(later!.header, later!.verified);
    expect(memory.find(later!.header)).toBe(later!.verified);
  });

  it('gives the place of a token that is over to the next one', () => {
    const memory = createVerifiedTokens({ places: 1 });
    fill(memory, given(1));
    const [early] = given(1, { from: 1, issuedAtMs: 999 });
    const [late] = given(1, { from: 2, issuedAtMs: 1_000 });
    expect(fill(memory, [early!])).toEqual([]);
    expect(fill(memory, [late!])).toEqual([late]);
  });
});
