import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { request as sendRequest, type IncomingMessage } from 'node:http';
import { BLOCKED_USERS_CHANNEL } from './features/account/blocked-users.ts';
import { MAX_BODY_BYTES } from './middleware/json-body.ts';
import { saleKeys } from './infrastructure/redis/keys.ts';
import { expectProblem } from './testing/expect-problem.ts';
import { startTestApi, tokenOf, type TestApi, type TestRequest } from './testing/test-api.ts';
import { givenSale, givenShoppers } from './testing/test-sale.ts';
import { startTestServices, type TestServices } from './testing/test-services.ts';
import { until } from './testing/until.ts';

const PATH = '/api/purchase/attempt';

let services: TestServices;
let api: TestApi;
let shopperId: string;
let blockedId: string;
let saleId: string;

beforeAll(async () => {
  services = await startTestServices();
  [shopperId, blockedId] = (await givenShoppers(services.db, 2)) as [string, string];
  api = await startTestApi(services);
});
afterAll(async () => {
  await api.close();
  await services.close();
});
beforeEach(async () => {
  ({ saleId } = await givenSale(services));
});
// Whatever is malformed never reaches the gate: it takes no unit and no try, and no figure counts it.
afterEach(async () => {
  const { counters, prefix } = saleKeys(saleId);
  expect(Number(await services.redis.hget(counters, 'received'))).toBe(0);
  expect(await services.redis.keys(`${prefix}tries:*`)).toEqual([]);
});

/** The request of a shopper who does everything right, but for what is given; a header that is null is left out. */
const send = (request: TestRequest, changed: Record<string, string | null> = {}) => {
  const headers: Record<string, string> = {
    Authorization: tokenOf(shopperId),
    'Content-Type': 'application/json',
  };
  for (const [name, value] of Object.entries(changed)) {
    if (value === null) Reflect.deleteProperty(headers, name);
    else headers[name] = value;
  }
  return api.send(PATH, { method: 'POST', body: { saleId }, ...request, headers });
};

describe('the checks of an attempt', () => {
  it('run in their order: method, media type, size, token, role, body', async () => {
    const large = `{"quantity":"${'x'.repeat(MAX_BODY_BYTES)}"}`;
    const operator = tokenOf(shopperId, { role: 'operator' });
    const html = { 'Content-Type': 'text/html' };
    const wrongMethod = await send({ method: 'PUT', body: large }, { ...html, Authorization: null });
    expectProblem(wrongMethod, 405, 'method_not_allowed');
    expect(wrongMethod.headers.allow).toBe('POST');
    expectProblem(
      await send({ body: large }, { ...html, Authorization: null }),
      415,
      'unsupported_media_type',
    );
    expectProblem(await send({ body: large }, { Authorization: null }), 413, 'body_too_large');
    expectProblem(await send({ body: '{' }, { Authorization: null }), 401, 'unauthenticated');
    expectProblem(await send({ body: '{' }, { Authorization: operator }), 403, 'forbidden');
    expectProblem(await send({ body: '{' }), 400, 'invalid_request');
  });
});

describe('a method', () => {
  it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s is not allowed', async (method) => {
    const answer = await api.send(PATH, { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('POST');
    if (method !== 'HEAD') expectProblem(answer, 405, 'method_not_allowed');
  });
});

describe('a token', () => {
  const expired = () => tokenOf(shopperId, { lifetimeSec: -1 });
  it.each<[string, () => string | null]>([
    ['missing', () => null],
    ['without a scheme', () => tokenOf(shopperId).slice('Bearer '.length)],
    ['changed', () => tokenOf(shopperId).replace(/.{3}$/, 'AAA')],
    ['unsigned', () => `Bearer ${btoa('{"alg":"none"}')}.${btoa('{"sub":"me"}')}.`],
    ['expired', expired],
  ])('that is %s is unauthenticated', async (_what, token) => {
    const answer = await send({}, { Authorization: token() });
    expectProblem(answer, 401, 'unauthenticated');
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it.each(['operator', 'admin'] as const)('of an %s is forbidden', async (role) => {
    expectProblem(await send({}, { Authorization: tokenOf(shopperId, { role }) }), 403, 'forbidden');
  });

  it('of a blocked account is forbidden', async () => {
    await services.db('users').where({ id: blockedId }).update({ blocked: true });
    await services.redis.publish(BLOCKED_USERS_CHANNEL, '');
    const request = { body: { saleId: 'x' } };
    const answer = await until(
      async () => {
        const now = await send(request, { Authorization: tokenOf(blockedId) });
        return now.status === 403 ? now : null;
      },
      { what: 'every process has heard of it' },
    );
    expectProblem(answer, 403, 'forbidden');
  });
});

describe('a body', () => {
  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', null])(
    'of type %s is unsupported',
    async (type) => {
      expectProblem(await send({}, { 'Content-Type': type }), 415, 'unsupported_media_type');
    },
  );

  it.each([true, false])('over 4 KB is too large, and the line closes (chunked: %s)', async (chunked) => {
    const answer = await send({ body: `{"saleId":"${'a'.repeat(MAX_BODY_BYTES)}"}`, chunked });
    expectProblem(answer, 413, 'body_too_large');
    expect(answer.headers.connection).toBe('close');
  });

  it('that announces more than 4 KB is refused before any of it comes', async () => {
    const headers = { Authorization: tokenOf(shopperId), 'Content-Type': 'application/json' };
    const request = sendRequest(api.url + PATH, {
      method: 'POST',
      headers: { ...headers, 'Content-Length': MAX_BODY_BYTES + 1 },
      agent: false,
    });
    try {
      request.flushHeaders();
      const answered = once(request, 'response', { signal: AbortSignal.timeout(10_000) });
      const [{ statusCode }] = (await answered) as [IncomingMessage];
      expect(statusCode).toBe(413);
    } finally {
      request.destroy();
    }
  });

  it.each(['', '{', '[]', '"x"', 'null', '12', '{"saleId":}', '\u0000'])(
    'of %j is no JSON object',
    async (body) => {
      const problem = expectProblem(await send({ body }), 400, 'invalid_request');
      expect(problem.errors).toEqual([{ field: 'body', message: expect.any(String) }]);
    },
  );

  it.each(['__proto__', 'constructor', 'prototype'])('with the field %s is refused', async (field) => {
    const body = `{"saleId":"${saleId}","${field}":{"quantity":1}}`;
    const problem = expectProblem(await send({ body }), 400, 'invalid_request');
    expect(problem.errors).toEqual([{ field, message: 'is not allowed' }]);
  });

  it('is refused for every field that is wrong, all named at once', async () => {
    const body = { saleId: 'x', quantity: 0, userId: 'me' };
    const problem = expectProblem(await send({ body }), 400, 'invalid_request');
    expect(problem.errors?.map(({ field }) => field)).toEqual(['saleId', 'quantity', 'userId']);
  });

  it.each([0, -1, 1001, 1.5, 1e300, '1', null, true, [1], {}])(
    'with quantity %j is refused',
    async (quantity) => {
      const problem = expectProblem(await send({ body: { saleId, quantity } }), 400, 'invalid_request');
      expect(problem.errors?.map(({ field }) => field)).toEqual(['quantity']);
    },
  );

  it.each<[string, (id: string) => unknown]>([
    ['missing', () => undefined],
    ['empty', () => ''],
    ['a number', () => 7],
    ['too short', (id) => id.slice(1)],
    ['in braces', (id) => `{${id}}`],
    ['in brackets', (id) => `[${id}]`],
    ['without hyphens', (id) => id.replaceAll('-', '')],
    ['with other separators', (id) => id.replaceAll('-', ':')],
    ['a pattern', () => '*'],
  ])('with a sale id that is %s is refused', async (_what, spell) => {
    const answer = await send({ body: { saleId: spell(saleId) } }, { 'Idempotency-Key': 'k' });
    const problem = expectProblem(answer, 400, 'invalid_request');
    expect(problem.errors?.map(({ field }) => field)).toEqual(['saleId']);
  });
});

describe('an idempotency key', () => {
  it.each<[string, string]>([
    ['empty', ''],
    ['blank', '   '],
    ['of 129 characters', 'k'.repeat(129)],
    ['with a tab', 'a\tb'],
    ['not ASCII', 'clé'],
  ])('that is %s is refused', async (_what, key) => {
    const problem = expectProblem(await send({}, { 'Idempotency-Key': key }), 400, 'invalid_request');
    expect(problem.errors?.map(({ field }) => field)).toEqual(['Idempotency-Key']);
  });
});
