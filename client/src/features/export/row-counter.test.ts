import { describe, expect, it } from '@jest/globals';
import { createRowCounter } from './row-counter.ts';

const count = (...pieces: string[]) => {
  const counter = createRowCounter();
  for (const piece of pieces) counter.take(new TextEncoder().encode(piece));
  return counter.rows();
};

describe('the rows of a CSV', () => {
  it('are its lines without the header', () => {
    expect([count(), count('a,b\r\n'), count('a,b\r\n1,2\r\n'), count('a\r\n1\r\n2\r\n3\r\n')]).toEqual([
      0, 0, 1, 3,
    ]);
  });

  it('are counted once whatever the pieces they come in', () => {
    const csv = 'a,b\r\n1,"x ""y"""\r\n2,"z"\r\n';
    for (let at = 0; at <= csv.length; at += 1) expect(count(csv.slice(0, at), csv.slice(at))).toBe(2);
  });

  it('do not end at a line’s end inside of quotes', () => {
    expect(count('a\r\n"one\r\nline"\r\n')).toBe(1);
  });

  it('count only when they have ended', () => {
    expect(count('a\r\n1\r\n2')).toBe(1);
  });
});
