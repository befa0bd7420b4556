import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LogFields, Logger, LogLevel } from '../infrastructure/logging/logger.ts';
import { fixHeaders, sendWhole } from '../errors/send-whole.ts';
import { until } from '../testing/until.ts';
import { createRequestScope } from './request-scope.ts';

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

const LEVELS: LogLevel[] = ['error', 'warn', 'info', 'debug'];

function recordingLogger(level: LogLevel) {
  const lines: { level: LogLevel; message: string; fields: LogFields }[] = [];
  const isEnabled = (asked: LogLevel) => LEVELS.indexOf(asked) <= LEVELS.indexOf(level);
  const writeAt =
    (at: LogLevel) =>
    (message: string, fields: LogFields = {}) =>
      void lines.push({ level: at, message, fields });
  const logger: Logger = {
    error: writeAt('error'),
    warn: writeAt('warn'),
    info: writeAt('info'),
    debug: writeAt('debug'),
    isEnabled,
    child: () => logger,
  };
  return { logger, lines };
}

async function start({
  level = 'info',
  corsOrigins = [],
  status = 200,
  isLane = false,
}: { level?: LogLevel; corsOrigins?: string[]; status?: number; isLane?: boolean } = {}) {
  const { logger, lines } = recordingLogger(level);
  const told: unknown[][] = [];
  const scope = createRequestScope({
    ...{ logger, corsOrigins, keepAliveSec: 5 },
    answered: (...answer) => void told.push(answer),
  });
  const server = createServer((req, res) => {
    if (isLane) {
      scope.beginLane(req, res, '/lane');
      sendWhole(res, { status, fixed: fixHeaders({}), body: '' });
      return;
    }
    const requestId = scope.begin(req, res);
    if (scope.answerPreflight(req, res)) return;
    res.statusCode = status;
    res.end(requestId);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, lines, told };
}

describe('the request id', () => {
  it('is kept when the caller brings a sane one', async () => {
    const { url } = await start();
    const res = await fetch(url, { headers: { 'X-Request-Id': 'trace-1:a.b_c' } });
    expect(res.headers.get('x-request-id')).toBe('trace-1:a.b_c');
    expect(await res.text()).toBe('trace-1:a.b_c');
  });

  it.each(['has space', '"quote"', 'a'.repeat(65), '<script>'])(
    'is new when the caller brings %j',
    async (id) => {
      const { url } = await start();
      const res = await fetch(url, { headers: { 'X-Request-Id': id } });
      expect(res.headers.get('x-request-id')).toMatch(/^[\w-]+$/);
      expect(res.headers.get('x-request-id')).not.toBe(id);
    },
  );

  it('is never given twice', async () => {
    const { url } = await start();
    const ids = await Promise.all(Array.from({ length: 20 }, async () => (await fetch(url)).text()));
    expect(new Set(ids).size).toBe(20);
  });
});

describe('the security headers', () => {
  it('are on every answer', async () => {
    const { url } = await start();
    const { headers } = await fetch(url);
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'self';script-src 'self';style-src 'self';img-src 'self' data:;font-src 'self';" +
        "connect-src 'self';object-src 'none';base-uri 'none';form-action 'self';frame-ancestors 'none'",
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('strict-transport-security')).toMatch(/max-age=\d+/);
    expect(headers.has('x-powered-by')).toBe(false);
  });
});

describe('cross-origin requests', () => {
  const corsOrigins = ['https://shop.example', 'https://other.example'];

  describe.each([
    ['of the app', false],
    ['of the hot lane', true],
  ])('%s', (_whose, isLane) => {
    it.each(corsOrigins)('may read the answer from %s, which is listed', async (origin) => {
      const { url } = await start({ corsOrigins, isLane });
      const { headers } = await fetch(url, { headers: { Origin: origin } });
      expect(headers.get('access-control-allow-origin')).toBe(origin);
      expect(headers.get('access-control-allow-credentials')).toBe('true');
      expect(headers.get('access-control-expose-headers')).toContain('Retry-After');
      expect(headers.get('vary')).toBe('Origin');
    });

    it.each(['https://evil.example', 'https://shop.example.evil', 'null'])(
      'may not from %s',
      async (origin) => {
        const { url } = await start({ corsOrigins, isLane });
        const { headers } = await fetch(url, { headers: { Origin: origin } });
        expect(headers.has('access-control-allow-origin')).toBe(false);
        expect(headers.has('access-control-allow-credentials')).toBe(false);
        expect(headers.get('vary')).toBe('Origin');
      },
    );

    it('vary by nothing where no origin is listed', async () => {
      const { url } = await start({ isLane });
      const { headers } = await fetch(url, { headers: { Origin: 'https://shop.example' } });
      expect(headers.has('access-control-allow-origin')).toBe(false);
      expect(headers.has('vary')).toBe(false);
    });
  });

  it('get their preflight answered when their origin is listed, and only then', async () => {
    const { url } = await start({ corsOrigins });
    const preflight = (origin: string) =>
      fetch(url, { method: 'OPTIONS', headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' } });
    const listed = await preflight('https://shop.example');
    expect(listed.status).toBe(204);
    expect(listed.headers.get('access-control-allow-methods')).toContain('POST');
    expect(listed.headers.get('access-control-allow-headers')).toContain('Idempotency-Key');
    const unlisted = await preflight('https://evil.example');
    expect(unlisted.status).toBe(200);
    expect(unlisted.headers.has('access-control-allow-methods')).toBe(false);
  });
});

describe('the access log', () => {
  it.each([
    [200, 'debug'],
    [409, 'debug'],
    [500, 'error'],
    [503, 'debug'],
  ] as const)('tells of a %i as %s, without the query', async (status, level) => {
    const { url, lines } = await start({ level: 'debug', status });
    const res = await fetch(`${url}/some/path?token=secret`);
    await until(() => lines.length > 0, { what: 'the line is written' });
    expect(lines).toEqual([
      {
        level,
        message: 'answered',
        fields: {
          requestId: res.headers.get('x-request-id'),
          method: 'GET',
          path: '/some/path',
          status,
          durationMs: expect.any(Number),
        },
      },
    ]);
  });

  it('tells of failures only when its level is info', async () => {
    const { url, lines } = await start({ level: 'info', status: 200 });
    await fetch(url);
    const failing = await start({ level: 'info', status: 500 });
    await fetch(failing.url);
    await until(() => failing.lines.length > 0, { what: 'the failure is told' });
    expect(lines).toEqual([]);
    expect(failing.lines).toMatchObject([{ level: 'error', fields: { status: 500 } }]);
  });
});

describe('what was answered', () => {
  it('is told with method, route, status and how long it took', async () => {
    const { url, told } = await start({ status: 404 });
    await (await fetch(url, { method: 'PUT' })).text();
    await until(() => told.length > 0, { what: 'it is told' });
    expect(told).toEqual([['PUT', '', 404, expect.any(Number)]]);
  });
});
