import { describe, expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { showsColours, toReadable } from './readable-line.ts';

const line = {
  at: '2026-11-21T13:05:12.345Z',
  level: 'warn',
  role: 'api',
  pid: 7,
  message: 'the gate did not answer',
  requestId: 'r-1',
  attempts: 3,
};

describe('a line for people', () => {
  it('tells time, level, who, what happened and its fields', () => {
    expect(toReadable({ ...line, detail: 'two words' })).toBe(
      '13:05:12.345 warn  api 7 the gate did not answer requestId=r-1 attempts=3 detail="two words"',
    );
  });

  it('has the stack of an error below it', () => {
    const error = {
      name: 'Error',
      message: 'no route',
      stack: 'Error: no route\n    at settle (settle.ts:1:1)',
    };
    expect(toReadable({ ...line, error }).split('\n')).toEqual([
      '13:05:12.345 warn  api 7 the gate did not answer requestId=r-1 attempts=3 error="Error: no route"',
      '    at settle (settle.ts:1:1)',
    ]);
  });

  it('is coloured by its level on a terminal only', () => {
    expect(toReadable(line, { hasColours: true })).toContain('\u001b[33mwarn \u001b[0m');
    expect(showsColours(new PassThrough())).toBe(false);
  });

  it('does without what a line lacks', () => {
    expect(toReadable({ level: 'info', message: 'settling' })).toBe('info  settling');
  });
});
