import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { createHmacOf } from './hmac.ts';

describe.each(['sha256', 'sha384', 'sha512'] as const)('an HMAC by two hashes, %s', (name) => {
  const secrets = [
    '',
    'short',
    'b'.repeat(64),
    'c'.repeat(65),
    'd'.repeat(128),
    'e'.repeat(129),
    'schlüssel €',
  ];
  const texts = ['', 'a', 'header.claims', 'x'.repeat(400), 'ü€😀', 'y'.repeat(10_000), 'after the long one'];

  it.each(secrets)('is what node:crypto makes of the secret %j', (secret) => {
    const hmac = createHmacOf(name, secret);
    const expected = texts.map((text) => createHmac(name, secret).update(text).digest('base64url'));
    expect(texts.map(hmac)).toEqual(expected);
  });
});
