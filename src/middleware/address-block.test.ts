import { describe, expect, it } from '@jest/globals';
import { addressBlock } from './address-block.ts';

describe('the block of an address', () => {
  it.each([
    ['198.51.100.1', '198.51.100.254'],
    ['2001:db8:1:200::1', '2001:db8:1:2ff:9:8:7:6'],
    ['2001:db8::1', '2001:db8:0:0:1:2:3:4'],
  ])('is one for %s and %s', (one, other) => {
    expect(addressBlock(one)).toBe(addressBlock(other));
  });

  it.each([
    ['198.51.100.1', '198.51.101.1'],
    ['2001:db8:1:200::1', '2001:db8:1:300::1'],
    ['198.51.100.1', '::1'],
  ])('is another for %s and %s', (one, other) => {
    expect(addressBlock(one)).not.toBe(addressBlock(other));
  });
});
