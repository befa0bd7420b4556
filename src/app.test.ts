import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RequestHandler } from 'express';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from './app.ts';
import type { ProblemDocument } from './contracts/error-catalogue.ts';
import { POLICIES } from './contracts/policies.ts';
import { createAccountRoutes } from './features/account/account.routes.ts';
import { createEnforcePolicies } from './features/account/enforce-policies.ts';
import { createDocsRoutes } from './features/docs/docs.routes.ts';
import { createHealthRoutes } from './features/health/health.routes.ts';
import { createMetricsRoutes } from './features/metrics/metrics.routes.ts';
import { createOperatorRoutes } from './features/operator/operator.routes.ts';
import { createOrderRoutes } from './features/order/order.routes.ts';
import { createPictureRoutes } from './features/picture/picture.routes.ts';
import { createPurchaseRoutes } from './features/purchase/purchase.routes.ts';
import { createSaleRoutes } from './features/sale/sale.routes.ts';
import { createStatsRoutes } from './features/stats/stats.routes.ts';
import { silentLogger } from './infrastructure/logging/logger.ts';
import { listRoutes } from './middleware/list-routes.ts';
import { createRefuseCrossSite } from './middleware/refuse-cross-site.ts';
import { createRequestScope } from './middleware/request-scope.ts';

const folder = mkdtempSync(join(tmpdir(), 'stampede-app-'));
const clientDir = join(folder, 'client');
const logged: Record<string, unknown>[] = [];
const logger = { ...silentLogger, error: (_message: string, fields = {}) => void logged.push(fields) };

/** What no test here reaches. */
const unused = {} as never;
const passAll: RequestHandler = (_req, _res, next) => next();
const accounts = {
  register: () => Promise.reject(new Error('secret detail of postgres://shop:hunter2@db')),
  login: () => Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })),
  signInGuest: () => Promise.reject(new Error('unused')),
  changePassword: () => Promise.reject(new Error('unused')),
  deleteAccount: () => Promise.reject(new Error('unused')),
  find: () => Promise.resolve(null),
};
const authenticate = () => ({ ok: false as const, refusal: { code: 'unauthenticated' as const } });

const app = createApp({
  logger,
  requestScope: createRequestScope({ logger, corsOrigins: [], answered: () => undefined }),
  trustProxy: [],
  enforcePolicies: createEnforcePolicies({ authenticate, isDemo: false }),
  rateLimit: () => passAll,
  attemptLane: (_req, res) => void res.end('attempted'),
  saleStatusLane: (_req, res) => void res.end('status'),
  accountRoutes: createAccountRoutes({
    ...{ accounts, sessions: unused, authenticate, demo: false },
    ...{ clientAddress: () => '', newAccounts: { take: () => Promise.resolve(null) } },
    refuseCrossSite: createRefuseCrossSite({ corsOrigins: ['https://shop.example'] }),
  }),
  saleRoutes: createSaleRoutes({ saleStatus: unused, clock: { now: () => 0 } }),
  statsRoutes: createStatsRoutes({ readStats: unused }),
  purchaseRoutes: createPurchaseRoutes({ purchaseStatus: unused }),
  orderRoutes: createOrderRoutes({ orders: unused, readThrough: unused }),
  pictureRoutes: createPictureRoutes(unused),
  operatorRoutes: createOperatorRoutes(unused),
  healthRoutes: createHealthRoutes({ health: unused }),
  metricsRoutes: createMetricsRoutes({ readMetrics: unused }),
  docsRoutes: createDocsRoutes({ version: '1.2.3' }),
  clientDir,
});

let server: Server;
let url: string;

beforeAll(async () => {
  server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  fetch(url + path, { method: 'POST', body, headers: { 'Content-Type': 'application/json', ...headers } });

async function expectProblem(res: Response, status: number, code: string): Promise<ProblemDocument> {
  expect(res.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(res.headers.get('content-security-policy')).toContain("default-src 'self'");
  const problem = (await res.json()) as ProblemDocument;
  expect(problem).toMatchObject({ status, code, requestId: res.headers.get('x-request-id') });
  expect(res.status).toBe(status);
  expect(JSON.stringify(problem)).not.toMatch(/node_modules|\.ts:\d|hunter2/);
  return problem;
}

describe('a body', () => {
  const register = '/api/auth/register';

  it.each(['{', '[]', '"x"', 'null', '{"email":1}'])('is refused when it is %s', async (body) => {
    await expectProblem(await post(register, body), 400, 'invalid_request');
  });

  it('is refused with every bad field named at once', async () => {
    const res = await post(register, '{"email":"nobody","password":"short","role":"admin"}');
    const { errors } = await expectProblem(res, 400, 'invalid_request');
    expect(errors?.map(({ field }) => field)).toEqual(['email', 'password', 'role']);
  });

  it('is refused for keys a validator may swallow', async () => {
    const res = await post(
      register,
      '{"email":"a@b.example","password":"correct horse","__proto__":{"role":"admin"}}',
    );
    const { errors } = await expectProblem(res, 400, 'invalid_request');
    expect(errors).toEqual([{ field: '__proto__', message: 'is not allowed' }]);
  });

  it('is refused when it is over 4 KB, announced or not', async () => {
    const large = JSON.stringify({ email: 'a'.repeat(5_000) });
    await expectProblem(await post(register, large), 413, 'body_too_large');
    const chunked = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' };
      const req = request(url + register, { method: 'POST', headers }, (res) =>
        resolve(res.resume().statusCode),
      );
      req.on('error', reject);
      req.end(large);
    });
    expect(chunked).toBe(413);
  });

  it('of 4 KB exactly is read', async () => {
    const body = JSON.stringify({ email: '' }).replace('""', `"${'a'.repeat(4_096 - 12)}"`);
    expect(Buffer.byteLength(body)).toBe(4_096);
    await expectProblem(await post(register, body), 400, 'invalid_request');
  });

  it('is refused when it is not JSON, or compressed', async () => {
    await expectProblem(
      await post(register, 'a=b', { 'Content-Type': 'text/plain' }),
      415,
      'unsupported_media_type',
    );
    const gzip = await post(register, '{}', { 'Content-Encoding': 'gzip' });
    await expectProblem(gzip, 415, 'unsupported_media_type');
  });

  it('may be left out, which reads as an empty one', async () => {
    const res = await fetch(url + register, { method: 'POST' });
    const { errors } = await expectProblem(res, 400, 'invalid_request');
    expect(errors?.map(({ field }) => field)).toEqual(['email', 'password']);
  });
});

describe('the table of policies', () => {
  it('names every route there is, and no other', () => {
    const isInATree = (route: string) =>
      Object.keys(POLICIES).some((row) => row.endsWith('/*') && route.startsWith(row.slice(0, -1)));
    const routes = listRoutes(app).map(({ method, path }) => `${method} ${path}`);
    const rows = Object.keys(POLICIES).filter((row) => !row.endsWith('/*'));
    expect(rows.sort()).toEqual(routes.filter((route) => !isInATree(route)).sort());
  });
});

describe('an error', () => {
  it('nobody expected is logged whole and told to nobody', async () => {
    const res = await post('/api/auth/register', '{"email":"a@b.example","password":"correct horse"}');
    const { requestId } = await expectProblem(res, 500, 'internal_error');
    expect(logged.at(-1)).toMatchObject({ requestId, error: expect.any(Error) });
  });

  it('of a store that is away is a 503 with Retry-After', async () => {
    const res = await post('/api/auth/login', '{"email":"a@b.example","password":"x"}');
    await expectProblem(res, 503, 'service_unavailable');
    expect(Number(res.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });
});

describe('what another site’s page asks for', () => {
  const login = (headers: Record<string, string>) =>
    post('/api/auth/login', '{"email":"a@b.example","password":"x"}', headers);

  it.each([
    { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' },
    { 'Sec-Fetch-Site': 'same-site', Origin: 'https://other.shop.example' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
  ])('is refused on the routes of accounts: %j', async (headers) => {
    await expectProblem(await login(headers), 403, 'forbidden');
  });

  it('is taken from our own page, a listed one, and what is no browser', async () => {
    const ours = [
      { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://localhost:5173' },
      { Origin: url },
      { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://shop.example' },
      {},
    ];
    for (const headers of ours) expect([headers, (await login(headers)).status]).toEqual([headers, 503]);
  });

  it('is refused as a form of its own, whatever it says of itself', async () => {
    for (const type of [
      'application/x-www-form-urlencoded',
      'text/plain',
      'multipart/form-data; boundary=x',
    ]) {
      const res = await post('/api/auth/logout', '{"a":"="}', { 'Content-Type': type });
      await expectProblem(res, 415, 'unsupported_media_type');
    }
  });
});

describe('an address', () => {
  it.each(['/api', '/api/', '/api/nothing', '/api/auth', '/api/purchase/user', '/api/docs/package.json'])(
    'that does not exist is not found: %s',
    async (path) => {
      await expectProblem(await fetch(url + path), 404, 'not_found');
    },
  );

  it('that is malformed is refused', async () => {
    await expectProblem(await fetch(`${url}/api/docs/%zz`), 400, 'invalid_request');
  });

  it.each([
    ['GET', '/api/auth/login', 'POST'],
    ['PUT', '/api/auth/me', 'DELETE, GET, HEAD'],
    ['POST', '/api/flash-sale', 'GET, HEAD'],
    ['PUT', '/api/flash-sale/status', 'GET, HEAD'],
    ['GET', '/api/purchase/attempt', 'POST'],
    ['OPTIONS', '/api/purchase/attempt', 'POST'],
    ['PATCH', '/API/Purchase/User/abc/', 'GET, HEAD'],
    ['POST', '/api/health/ready', 'GET, HEAD'],
  ])('refuses %s %s and names what it allows', async (method, path, allow) => {
    const res = await fetch(url + path, { method });
    await expectProblem(res, 405, 'method_not_allowed');
    expect(res.headers.get('allow')).toBe(allow);
  });

  it('of a lane is answered by the lane', async () => {
    expect(await (await post('/api/purchase/attempt', '{}')).text()).toBe('attempted');
    expect(await (await fetch(`${url}/api/flash-sale/status`)).text()).toBe('status');
  });
});

describe('a guest', () => {
  it('may not sign in outside a demo', async () => {
    await expectProblem(await post('/api/auth/guest', '{}'), 403, 'forbidden');
  });
});

describe('the time', () => {
  it('is the gate’s, and is kept by no cache', async () => {
    const response = await fetch(`${url}/api/flash-sale/time`);
    expect(await response.json()).toEqual({ serverTime: '1970-01-01T00:00:00.000Z' });
    expect(response.headers.get('cache-control')).toBe('no-store');
  });
});

describe('the page', () => {
  const page = { headers: { Accept: 'text/html' } };

  it('says so when it is not built', async () => {
    const res = await fetch(url, page);
    expect(res.status).toBe(503);
    expect(await res.text()).toContain('npm run build');
  });

  describe('once built', () => {
    beforeAll(() => {
      mkdirSync(join(clientDir, 'assets'), { recursive: true });
      writeFileSync(join(clientDir, 'index.html'), '<div id="root"></div>');
      writeFileSync(join(clientDir, 'favicon.svg'), '<svg/>');
      writeFileSync(join(clientDir, 'assets', 'index-4f3a.js'), `console.log(${'"x",'.repeat(1_000)}1)`);
    });

    it.each(['/', '/sales/1', '/operator'])('answers %s, to be asked for again each time', async (path) => {
      const res = await fetch(url + path, page);
      expect(res.status).toBe(200);
      expect(res.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(res.headers.get('cache-control')).toBe('no-cache');
      expect(await res.text()).toContain('<div id="root">');
    });

    it('has its hashed files kept for a year, compressed', async () => {
      const res = await fetch(`${url}/assets/index-4f3a.js`);
      expect(res.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(res.headers.get('content-encoding')).toMatch(/^(br|gzip)$/);
    });

    it('has its other files asked for again', async () => {
      expect((await fetch(`${url}/favicon.svg`)).headers.get('cache-control')).toBe('no-cache');
    });

    it.each(['/assets/gone-1234.js', '/robots.txt', '/..%2fpackage.json', '/.env'])(
      'is not what a missing file answers: %s',
      async (path) => {
        await expectProblem(await fetch(url + path, page), 404, 'not_found');
      },
    );

    it('is not what a POST to it answers', async () => {
      await expectProblem(await post('/', '{}'), 404, 'not_found');
    });
  });
});

describe('the OpenAPI document', () => {
  interface Document {
    openapi: string;
    paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
    components: { schemas: Record<string, unknown> };
  }
  const fetchDocument = async () => (await (await fetch(`${url}/api/openapi.json`)).json()) as Document;

  it('names every route there is, and no other', async () => {
    const { paths } = await fetchDocument();
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const actual = listRoutes(app).map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    expect(documented.sort()).toEqual(actual.sort());
  });

  it('refers only to what it holds', async () => {
    const document = await fetchDocument();
    const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
      (match) => match[1],
    );
    expect(document.openapi).toBe('3.1.0');
    expect([...new Set(names)].filter((name) => !(name! in document.components.schemas))).toEqual([]);
  });

  it('names every refusal of an attempt', async () => {
    const { paths } = await fetchDocument();
    const text = JSON.stringify(paths['/api/purchase/attempt']);
    for (const code of [
      'sold_out',
      'limit_reached',
      'outcome_unknown',
      'idempotency_key_reused',
      'gate_closed',
    ]) {
      expect(text).toContain(`"${code}"`);
    }
  });

  it('has a page without inline script whose files exist', async () => {
    const html = await (await fetch(`${url}/api/docs`)).text();
    expect(html).not.toMatch(/<script>|<style|\son\w+=/);
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
    expect(files).toHaveLength(4);
    for (const file of files) expect((await fetch(url + file)).status).toBe(200);
  });
});
