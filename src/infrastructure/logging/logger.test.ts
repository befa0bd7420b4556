import { describe, expect, it } from '@jest/globals';
import { Writable } from 'node:stream';
import { createLogger, type LogLevel } from './logger.ts';

function capture(level: LogLevel = 'debug') {
  const lines: Record<string, unknown>[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString().trim().split('\n'))
        lines.push(JSON.parse(line) as (typeof lines)[0]);
      done();
    },
  });
  return { logger: createLogger({ level, role: 'api', destination }), lines };
}

describe('createLogger', () => {
  it('writes one JSON object a line with time, level, role, pid and fields', () => {
    const { logger, lines } = capture();
    logger.info('sale opened', { saleId: 's1' });
    expect(lines).toEqual([
      {
        at: expect.any(String),
        level: 'info',
        role: 'api',
        pid: process.pid,
        message: 'sale opened',
        saleId: 's1',
      },
    ]);
  });

  it('keeps quiet below its level', () => {
    const { logger, lines } = capture('warn');
    logger.info('started');
    logger.debug('answered');
    logger.warn('retrying');
    expect(lines.map((line) => line.message)).toEqual(['retrying']);
    expect([logger.isEnabled('info'), logger.isEnabled('error')]).toEqual([false, true]);
  });

  it('puts the request id of a child on each of its lines', () => {
    const { logger, lines } = capture();
    logger.child({ requestId: 'r1' }).warn('slow', { ms: 12 });
    expect(lines[0]).toMatchObject({ requestId: 'r1', ms: 12 });
  });

  it('redacts what is secret by name, at any depth', () => {
    const { logger, lines } = capture();
    logger.info('request', {
      headers: {
        Authorization: 'Bearer abc',
        cookie: 'refresh_token=1',
        'set-cookie': ['a=b'],
        accept: '*/*',
      },
      user: { passwordHash: 'scrypt$1', password: 'hunter2', jwtSecret: 's', accessToken: 't', name: 'Ada' },
    });
    expect(lines[0]).toMatchObject({
      headers: {
        Authorization: '[redacted]',
        cookie: '[redacted]',
        'set-cookie': '[redacted]',
        accept: '*/*',
      },
      user: {
        passwordHash: '[redacted]',
        password: '[redacted]',
        jwtSecret: '[redacted]',
        accessToken: '[redacted]',
        name: 'Ada',
      },
    });
  });

  it('redacts credentials in URLs and tokens in any text, and keeps counts of tokens', () => {
    const { logger, lines } = capture();
    logger.info('connecting to postgres://shop:hunter2@db:5432/shop', {
      detail: 'Authorization: Bearer eyJhbGciOi.eyJzdWIi.c2ln and redis://:hunter2@cache',
      tokens: 12,
    });
    const text = JSON.stringify(lines[0]);
    expect(text).not.toMatch(/hunter2|eyJ/);
    expect(text).toContain('postgres://shop:[redacted]@db:5432/shop');
    expect(lines[0]).toMatchObject({ tokens: 12 });
  });

  it('writes errors whole, with their cause, without secrets', () => {
    const { logger, lines } = capture();
    const cause = new Error('no route to postgres://a:hunter2@b');
    logger.error('failed', { error: Object.assign(new Error('outer', { cause }), { code: 'X1' }) });
    expect(lines[0]).toMatchObject({
      message: 'failed',
      error: {
        name: 'Error',
        message: 'outer',
        code: 'X1',
        stack: expect.stringContaining('logger.test.ts'),
      },
    });
    expect(JSON.stringify(lines[0])).toContain('no route to postgres://a:[redacted]@b');
  });

  it('writes words instead of JSON where people read', () => {
    const texts: string[] = [];
    const destination = new Writable({
      write(chunk: Buffer, _encoding, done) {
        texts.push(chunk.toString());
        done();
      },
    });
    const logger = createLogger({ level: 'info', role: 'worker', format: 'readable', destination });
    logger.warn('queue connection', { url: 'redis://:hunter2@cache' });
    expect(texts).toEqual([
      expect.stringMatching(
        /^[\d:.]{12} warn {2}worker \d+ queue connection url=redis:\/\/:\[redacted\]@cache\n$/,
      ),
    ]);
  });

  it('survives circles and odd values', () => {
    const { logger, lines } = capture();
    const circle: Record<string, unknown> = { n: 1n };
    circle.self = circle;
    logger.info('odd', { circle, nothing: null });
    expect(lines[0]).toMatchObject({ circle: { n: '1', self: '[circular]' }, nothing: null });
  });
});
