import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import { expectProblemOf, startTestApp, type TestApp } from './testing/test-app.ts';

let testApp: TestApp;
beforeAll(async () => {
  testApp = await startTestApp();
});
afterAll(() => testApp.close());

describe('a body', () => {
  const register = '/api/auth/register';

  it.each(['{', '[]', '"x"', 'null', '{"email":1}'])('is refused when it is %s', async (body) => {
    await expectProblemOf(await testApp.post(register, body), 400, 'invalid_request');
  });

  it('is refused with every bad field named at once', async () => {
    const res = await testApp.post(register, '{"email":"nobody","password":"short","role":"admin"}');
    const { errors } = await expectProblemOf(res, 400, 'invalid_request');
    expect(errors?.map(({ field }) => field)).toEqual(['email', 'password', 'role']);
  });

  it('is refused for keys a validator may swallow', async () => {
    const res = await testApp.post(
      register,
      '{"email":"a@b.example","password":"correct horse","__proto__":{"role":"admin"}}',
    );
    const { errors } = await expectProblemOf(res, 400, 'invalid_request');
    expect(errors).toEqual([{ field: '__proto__', message: 'is not allowed' }]);
  });

  it('is refused when it is over 4 KB, announced or not', async () => {
    const large = JSON.stringify({ email: 'a'.repeat(5_000) });
    await expectProblemOf(await testApp.post(register, large), 413, 'body_too_large');
    const chunked = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' };
      const req = request(testApp.url + register, { method: 'POST', headers }, (res) =>
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
    await expectProblemOf(await testApp.post(register, body), 400, 'invalid_request');
  });

  it('is refused when it is not JSON, or compressed', async () => {
    await expectProblemOf(
      await testApp.post(register, 'a=b', { 'Content-Type': 'text/plain' }),
      415,
      'unsupported_media_type',
    );
    const gzip = await testApp.post(register, '{}', { 'Content-Encoding': 'gzip' });
    await expectProblemOf(gzip, 415, 'unsupported_media_type');
  });

  it('may be left out, which reads as an empty one', async () => {
    const res = await fetch(testApp.url + register, { method: 'POST' });
    const { errors } = await expectProblemOf(res, 400, 'invalid_request');
    expect(errors?.map(({ field }) => field)).toEqual(['email', 'password']);
  });
});

describe('an error', () => {
  it('nobody expected is logged whole and told to nobody', async () => {
    const res = await testApp.post(
      '/api/auth/register',
      '{"email":"a@b.example","password":"correct horse"}',
    );
    const { requestId } = await expectProblemOf(res, 500, 'internal_error');
    expect(testApp.logged.at(-1)).toMatchObject({ requestId, error: expect.any(Error) });
  });

  it('of a store that is away is a 503 with Retry-After', async () => {
    const res = await testApp.post('/api/auth/login', '{"email":"a@b.example","password":"x"}');
    await expectProblemOf(res, 503, 'service_unavailable');
    expect(Number(res.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });
});

describe('what another site’s page asks for', () => {
  const login = (headers: Record<string, string>) =>
    testApp.post('/api/auth/login', '{"email":"a@b.example","password":"x"}', headers);

  it.each([
    { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' },
    { 'Sec-Fetch-Site': 'same-site', Origin: 'https://other.shop.example' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
  ])('is refused on the routes of accounts: %j', async (headers) => {
    await expectProblemOf(await login(headers), 403, 'forbidden');
  });

  it('is taken from our own page, a listed one, and what is no browser', async () => {
    const ours = [
      { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://localhost:5173' },
      { Origin: testApp.url },
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
      const res = await testApp.post('/api/auth/logout', '{"a":"="}', { 'Content-Type': type });
      await expectProblemOf(res, 415, 'unsupported_media_type');
    }
  });
});

describe('an address', () => {
  it.each(['/api', '/api/', '/api/nothing', '/api/auth', '/api/purchase/user', '/api/docs/package.json'])(
    'that does not exist is not found: %s',
    async (path) => {
      await expectProblemOf(await fetch(testApp.url + path), 404, 'not_found');
    },
  );

  it('that is malformed is refused', async () => {
    await expectProblemOf(await fetch(`${testApp.url}/api/docs/%zz`), 400, 'invalid_request');
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
    const res = await fetch(testApp.url + path, { method });
    await expectProblemOf(res, 405, 'method_not_allowed');
    expect(res.headers.get('allow')).toBe(allow);
  });

  it('of a lane is answered by the lane', async () => {
    expect(await (await testApp.post('/api/purchase/attempt', '{}')).text()).toBe('attempted');
    expect(await (await fetch(`${testApp.url}/api/flash-sale/status`)).text()).toBe('status');
  });
});

describe('a guest', () => {
  it('may not sign in outside a demo', async () => {
    await expectProblemOf(await testApp.post('/api/auth/guest', '{}'), 403, 'forbidden');
  });
});

describe('the time', () => {
  it('is the gate’s, and is kept by no cache', async () => {
    const response = await fetch(`${testApp.url}/api/flash-sale/time`);
    expect(await response.json()).toEqual({ serverTime: '1970-01-01T00:00:00.000Z' });
    expect(response.headers.get('cache-control')).toBe('no-store');
  });
});
