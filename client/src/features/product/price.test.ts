import { describe, expect, it } from '@jest/globals';
import { parsePrice, typePrice } from './price.ts';

describe('parsePrice', () => {
  it('reads a price to the last digit of its currency', () => {
    expect(['49', '49.5', ' 49,50 ', '0', '19.99'].map((text) => parsePrice(text, 'EUR'))).toEqual([
      4_900, 4_950, 4_950, 0, 1_999,
    ]);
    expect([parsePrice('4900', 'JPY'), parsePrice('1.234', 'KWD')]).toEqual([4_900, 1_234]);
  });

  it('takes nothing that would be another price', () => {
    for (const text of ['', '-1', '1.999', '1e3', '1,000.00', '€49', '49.0.0', '12345678901'])
      expect(parsePrice(text, 'EUR')).toBeUndefined();
    expect(parsePrice('49.5', 'JPY')).toBeUndefined();
  });
});

describe('typePrice', () => {
  it('writes what parsePrice reads', () => {
    expect([typePrice(4_900, 'EUR'), typePrice(5, 'EUR'), typePrice(4_900, 'JPY')]).toEqual([
      '49.00',
      '0.05',
      '4900',
    ]);
    for (const minor of [0, 1, 99, 100, 123_456])
      expect(parsePrice(typePrice(minor, 'EUR'), 'EUR')).toBe(minor);
  });

  it('does with a currency that is still being typed', () => {
    expect(typePrice(4_900, 'E')).toBe('49.00');
  });
});
