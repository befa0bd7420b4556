import { describe, expect, it } from '@jest/globals';
import { keySlot } from './key-slot.ts';

describe('the slot of a key', () => {
  it.each([
    // From the specification: CRC-16 of these digits is 0x31C3.
    ['123456789', 0x31c3 % 16_384],
    ['', 0],
    // As CLUSTER KEYSLOT answers.
    ['foo', 12_182],
    ['{foo}bar', 12_182],
    ['bar{foo}{zap}', 12_182],
  ])('of %j is that of the specification', (key, slot) => {
    expect(keySlot(key)).toBe(slot);
  });

  it('is that of the whole key when its tag is empty or has no end', () => {
    expect(keySlot('{}foo')).not.toBe(keySlot('foo'));
    expect(keySlot('{foo')).not.toBe(keySlot('foo'));
  });
});
