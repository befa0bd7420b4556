import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { v5 } from 'uuid';
import { uuidV5 } from './uuid-v5.ts';

const DNS_NAMESPACE = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

describe('a UUIDv5', () => {
  it('is the one of RFC 9562, appendix A.4', () => {
    expect(uuidV5('www.example.com', DNS_NAMESPACE)).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });

  it('is what the uuid package makes, whatever the name and the namespace', () => {
    const names = [
      '',
      'ä€😀',
      '€'.repeat(2_000),
      ...Array.from({ length: 300 }, (_, n) => randomBytes(n).toString('base64')),
    ];
    for (const name of names) {
      const namespace = randomUUID();
      expect(uuidV5(name, namespace)).toBe(v5(name, namespace));
      expect(uuidV5(`${name} again`, namespace)).toBe(v5(`${name} again`, namespace));
      expect(uuidV5(name, namespace.toUpperCase())).toBe(v5(name, namespace));
    }
  });
});
