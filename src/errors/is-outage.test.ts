import { describe, expect, it } from '@jest/globals';
import { isOutage } from './is-outage.ts';

const withCode = (code: string) => Object.assign(new Error('failed'), { code });

describe('isOutage', () => {
  it.each([
    'ECONNREFUSED',
    'ETIMEDOUT',
    '08006',
    '53300',
    '57P01',
    '57P03',
    '55P03',
    '57014',
    '53100',
    '25006',
    '40001',
  ])('knows %s as a service that is away or overwhelmed', (code) => {
    expect(isOutage(withCode(code))).toBe(true);
  });

  it.each(['23505', '42703', '22P02', 'ENOENT'])('does not excuse %s', (code) => {
    expect(isOutage(withCode(code))).toBe(false);
  });

  it('knows the words of ioredis and pg', () => {
    expect(isOutage(new Error('Command timed out'))).toBe(true);
    expect(isOutage(new Error("Stream isn't writeable and enableOfflineQueue options is false"))).toBe(true);
    expect(isOutage(new Error('Connection terminated unexpectedly'))).toBe(true);
  });

  it.each([
    "OOM command not allowed when used memory > 'maxmemory'. script: 6a53, on @user_script:16",
    'LOADING Redis is loading the dataset in memory',
    "READONLY You can't write against a read only replica.",
    'MISCONF Errors writing to the AOF file: No space left on device',
  ])('knows a Redis that takes no writes: %s', (message) => {
    expect(isOutage(new Error(message))).toBe(true);
    expect(isOutage(new Error(`we said ${message}`))).toBe(false);
  });

  it('knows a host none of whose addresses answers', () => {
    expect(isOutage(new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')]))).toBe(true);
    expect(isOutage(new AggregateError([withCode('ECONNREFUSED'), new TypeError('bug')]))).toBe(false);
  });

  it('does not excuse a bug', () => {
    expect(isOutage(new TypeError('x is not a function'))).toBe(false);
    expect(isOutage('failed')).toBe(false);
  });
});
