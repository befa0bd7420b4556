import { describe, expect, it } from '@jest/globals';
import { csvLine } from './csv.ts';

describe('a line of CSV', () => {
  it('holds text, numbers, times and nothing', () => {
    expect(csvLine(['a b', 7, new Date(0), null, ''])).toBe('a b,7,1970-01-01T00:00:00.000Z,,\r\n');
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+49', "'+49"],
    ['-cmd', "'-cmd"],
    ['@sum', "'@sum"],
    ['\tx', "'\tx"],
    ['=a,"b"', `"'=a,""b"""`],
    ['\r=x', `"'\r=x"`],
    ['two\nlines', '"two\nlines"'],
    ['a=b', 'a=b'],
    ['-12', '-12'],
  ])('makes %j harmless', (cell, written) => {
    expect(csvLine([cell])).toBe(`${written}\r\n`);
  });
});
