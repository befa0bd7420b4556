import { describe, expect, it } from '@jest/globals';
import { toPlain } from './child-output.ts';

describe('toPlain', () => {
  it('shows warnings and errors in one plain line', () => {
    const line = JSON.stringify({
      at: 'now',
      level: 'warn',
      role: 'api',
      pid: 7,
      message: 'redis away',
      ms: 5,
    });
    expect(toPlain('api', line)).toBe('api 7 warn: redis away {"ms":5}');
  });

  it('keeps the life of a healthy process to the log file', () => {
    expect(toPlain('api', JSON.stringify({ level: 'info', message: 'listening' }))).toBeUndefined();
  });

  it('shows what is no log line, such as the stack of a crash', () => {
    expect(toPlain('worker', 'Error: out of memory')).toBe('worker: Error: out of memory');
  });
});
