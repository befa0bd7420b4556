import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { attemptIdOf } from './attempt-id.ts';

describe('the id of an attempt', () => {
  const [sale, shopper] = [randomUUID(), randomUUID()];

  it('is the same for the same sale, shopper and key, and another for any other', () => {
    const id = attemptIdOf(sale, shopper, 'key');
    expect(attemptIdOf(sale, shopper, 'key')).toBe(id);
    const others = [
      attemptIdOf(randomUUID(), shopper, 'key'),
      attemptIdOf(sale, randomUUID(), 'key'),
      attemptIdOf(sale, shopper, 'Key'),
    ];
    expect(new Set([id, ...others]).size).toBe(4);
  });

  it('is a new one each time without a key', () => {
    expect(attemptIdOf(sale, shopper, null)).not.toBe(attemptIdOf(sale, shopper, null));
  });
});
