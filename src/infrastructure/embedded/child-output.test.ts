import { describe, expect, it } from '@jest/globals';
import { toPlain } from './child-output.ts';

describe('toPlain', () => {
  it('shows warnings and errors in one plain line', () => {
    const line = JSON.stringify({
      at: '2026-11-21T13:05:12.345Z',
      level: 'warn',
      role: 'api',
      pid: 7,
      message: 'redis away',
      ms: 5,
    });
    expect(toPlain('api', line)).toBe('13:05:12.345 warn  api 7 redis away ms=5');
  });

  it('keeps the life of a healthy process to the log file', () => {
    expect(toPlain('api', JSON.stringify({ level: 'info', message: 'listening' }))).toBeUndefined();
  });

  it('shows all of it to who develops', () => {
    const line = JSON.stringify({ level: 'info', role: 'api', pid: 7, message: 'listening', port: 3000 });
    expect(toPlain('api', line, { showsAll: true })).toBe('info  api 7 listening port=3000');
  });

  it('shows what is no log line, such as the stack of a crash', () => {
    expect(toPlain('worker', 'Error: out of memory')).toBe('worker: Error: out of memory');
  });
});
