import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { shortId, uuidOf } from './short-id.ts';

describe('short ids', () => {
  it('are the sixteen bytes in base64url', () => {
    expect(shortId('00000000-0000-0000-0000-000000000000')).toBe('AAAAAAAAAAAAAAAAAAAAAA');
    expect(shortId('fbff7e00-1234-5678-9abc-def012345678')).toBe(
      Buffer.from('fbff7e00123456789abcdef012345678', 'hex').toString('base64url'),
    );
  });

  it('are the same UUID again when they are read', () => {
    fc.assert(fc.property(fc.uuid(), (uuid) => uuidOf(shortId(uuid)) === uuid));
  });

  it('do not depend on the case the UUID is written in', () => {
    fc.assert(fc.property(fc.uuid(), (uuid) => shortId(uuid.toUpperCase()) === shortId(uuid)));
  });
});
