import { describe, expect, it } from '@jest/globals';
import { chooseTarget } from './target.ts';

describe('the target of a crowd', () => {
  it.each(['http://localhost:3000/', 'http://127.0.0.1:3000', 'http://[::1]:3000'])('may be %s', (url) => {
    expect(chooseTarget(url, undefined)).toBe(new URL(url).origin);
  });

  it.each([
    'http://shop.example',
    'https://localhost:3000',
    'http://localhost.example:3000',
    'http://127.0.0.1.example',
    'http://10.0.0.1',
    'nonsense',
  ])('is never %s', (url) => {
    expect(() => chooseTarget(url, undefined)).toThrow(/--url/);
  });

  it('is the running instance unless told otherwise', () => {
    expect(chooseTarget(undefined, 'http://localhost:3000')).toBe('http://localhost:3000');
    expect(() => chooseTarget(undefined, undefined)).toThrow('--url is missing');
  });
});
