import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { changeSaleState } from './features/sale/sale.service.ts';
import { startTestApi, tokenOf, type Answer, type TestApi, type TestRequest } from './testing/test-api.ts';
import { givenSale, givenShoppers, type SaleOverrides } from './testing/test-sale.ts';
import { startTestServices, type TestServices } from './testing/test-services.ts';

/**
 * A lane is mounted in front of Express and in it. The hot lane knows one spelling of each path (see hot-lane.test.ts);
 * these other spellings, all of them the same address to Express, go the long way.
 */
const ATTEMPT = {
  hot: '/api/purchase/attempt',
  express: ['/api/purchase/attempt?', '/api/purchase/attempt/'],
};
const STATUS = {
  hot: '/api/flash-sale/status',
  express: ['/api/flash-sale/status/', '/API/flash-sale/status'],
};

let services: TestServices;
let api: TestApi;
let shoppers: string[];
let sale: Record<'open' | 'scheduled' | 'paused' | 'stopped' | 'soldOut' | 'three', string>;

beforeAll(async () => {
  services = await startTestServices();
});
afterAll(() => services.close());

/** Opens the shop for the tests of a `describe`, with sales and shoppers of its own. */
function withShop(variables: Record<string, string>): void {
  beforeAll(async () => {
    shoppers = await givenShoppers(services.db, 40);
    api = await startTestApi(services, { TRIES_LIMIT: '2', ...variables });
    const make = async (overrides: SaleOverrides = {}) => (await givenSale(services, overrides)).saleId;
    sale = {
      open: await make({ stock: 100 }),
      scheduled: await make({ opensInSec: 600 }),
      paused: await make(),
      stopped: await make(),
      soldOut: await make({ stock: 0 }),
      three: await make({ stock: 3, perShopperLimit: 1000 }),
    };
    await changeSaleState(services, sale.paused, 'paused', { actorId: null });
    await changeSaleState(services, sale.stopped, 'stopped', { actorId: null });
  });
  afterAll(() => api.close());
}

/** An answer without what differs between any two: ids, instants, what is left of a wait and its jitter, and thereby the length. */
function comparable({ status, headers, text }: Answer) {
  const { date: _date, 'x-request-id': _requestId, ...named } = headers;
  if (named['content-length'] !== undefined) {
    expect(named['content-length']).toBe(String(Buffer.byteLength(text)));
    named['content-length'] = 'right';
  }
  if (named['retry-after'] !== undefined) named['retry-after'] = 'some';
  if (named.ratelimit !== undefined)
    named.ratelimit = named.ratelimit.toString().replace(/;t=\d+$/, ';t=some');
  if (named.location !== undefined) named.location = named.location.toString().replace(/=.*/, '=some');
  return {
    status,
    headers: named,
    text: text
      .replace(/"(requestId|attemptId)":"[^"]+"/g, '"$1":"some"')
      .replace(/"(queuedAt|settledAt|serverTime)":"[^"]+"/g, '"$1":"then"')
      .replace(/"position":\d+/, '"position":"some"'),
  };
}

let nextShopper = 0;
const json = { 'Content-Type': 'application/json', Origin: 'https://shop.example' };

/** Each mount is asked with a shopper of its own, in the same situation. */
async function expectSameAttempt(
  request: (shopperId: string) => TestRequest,
  { before = 0, status }: { before?: number; status: number },
): Promise<void> {
  const answers: Answer[] = [];
  for (const path of [ATTEMPT.hot, ...ATTEMPT.express]) {
    const shopperId = shoppers[nextShopper++ % shoppers.length]!;
    for (let asked = 0; asked < before; asked += 1) await api.send(path, request(shopperId));
    answers.push(await api.send(path, request(shopperId)));
  }
  expectAllSame(answers, status);
}

function expectAllSame(answers: readonly Answer[], status: number): void {
  const [hot, ...long] = answers.map(comparable);
  expect(hot!.status).toBe(status);
  for (const answer of long) expect(answer).toEqual(hot);
}

const buying =
  (
    saleId: () => string,
    { quantity = 1, headers = {} }: { quantity?: number; headers?: Record<string, string> } = {},
  ) =>
  (shopperId: string): TestRequest => ({
    method: 'POST',
    headers: { ...json, Authorization: tokenOf(shopperId), ...headers },
    body: { saleId: saleId(), quantity },
  });

// With origins on the list an answer's common headers are those of its origin.
describe.each([
  ['', {}],
  [', with origins on the list', { CORS_ORIGINS: 'https://shop.example' }],
])('both mounts%s', (_what, variables) => {
  withShop(variables);

  describe('give an attempt the same answer', () => {
    it.each<[string, number, (shopperId: string) => TestRequest]>([
      ['accepted', 202, buying(() => sale.open)],
      ['of an unknown sale', 404, buying(() => randomUUID())],
      ['before the start', 409, buying(() => sale.scheduled)],
      ['while paused', 409, buying(() => sale.paused)],
      ['after the end', 409, buying(() => sale.stopped)],
      ['sold out', 409, buying(() => sale.soldOut)],
      ['asking for more than is left', 409, buying(() => sale.three, { quantity: 4 })],
      ['over the limit', 409, buying(() => sale.open, { quantity: 2 })],
      ['with a bad quantity', 400, buying(() => sale.open, { quantity: 0 })],
      ['with a bad key', 400, buying(() => sale.open, { headers: { 'Idempotency-Key': 'é' } })],
      ['with a bad token', 401, buying(() => sale.open, { headers: { Authorization: 'Bearer x' } })],
      ['without JSON', 415, buying(() => sale.open, { headers: { 'Content-Type': 'text/plain' } })],
      ['from elsewhere', 202, buying(() => sale.open, { headers: { Origin: 'https://evil.example' } })],
      ['with the wrong method', 405, () => ({ method: 'PUT', headers: json, body: {} })],
      [
        'as an operator',
        403,
        (id) => ({
          ...buying(() => sale.open)(id),
          headers: { ...json, Authorization: tokenOf(id, { role: 'operator' }) },
        }),
      ],
      ['with broken JSON', 400, (id) => ({ ...buying(() => sale.open)(id), body: '{' })],
      ['with an unsafe key', 400, (id) => ({ ...buying(() => sale.open)(id), body: '{"__proto__":{}}' })],
      ['with too long a body', 413, (id) => ({ ...buying(() => sale.open)(id), body: 'x'.repeat(5_000) })],
      [
        'with too long a body in chunks',
        413,
        (id) => ({ ...buying(() => sale.open)(id), body: 'x'.repeat(5_000), chunked: true }),
      ],
    ])('%s', async (_what, status, request) => {
      await expectSameAttempt(request, { status });
    });

    it('after too many tries', async () => {
      await expectSameAttempt(
        buying(() => sale.soldOut),
        { before: 2, status: 429 },
      );
    });

    it('repeated under its key', async () => {
      const replayed = buying(() => sale.open, { headers: { 'Idempotency-Key': 'again' } });
      await expectSameAttempt(replayed, { before: 1, status: 202 });
    });

    it('with a request id of its own', async () => {
      const headers = { 'X-Request-Id': 'mine-1' };
      for (const path of [ATTEMPT.hot, ...ATTEMPT.express]) {
        const answer = await api.send(path, { ...buying(() => sale.open)(shoppers[0]!), headers });
        expect(answer.headers['x-request-id']).toBe('mine-1');
      }
    });
  });

  describe('give the same sale status', () => {
    it.each<[string, number, () => string, Record<string, string>]>([
      ['of a sale', 200, () => `?saleId=${sale.open}`, json],
      ['of a sale in capitals', 200, () => `?saleId=${sale.open.toUpperCase()}`, {}],
      ['among other parameters', 200, () => `?x=1&saleId=${sale.paused}`, {}],
      ['of no sale in particular', 200, () => '', {}],
      ['of an unknown sale', 404, () => '?saleId=6f9619ff-8b86-4d01-b42d-00cf4fc964ff', {}],
      ['of a malformed id', 400, () => '?saleId=x', json],
      ['of an id in braces', 400, () => `?saleId={${sale.open}}`, json],
    ])('%s', async (_what, status, query, headers) => {
      const answers: Answer[] = [];
      for (const path of [STATUS.hot, ...STATUS.express])
        answers.push(await api.send(path + query(), { headers }));
      expectAllSame(answers, status);
    });

    it('when it has not changed', async () => {
      const query = `?saleId=${sale.scheduled}`;
      const { headers } = await api.send(STATUS.hot + query);
      const answers: Answer[] = [];
      for (const path of [STATUS.hot, ...STATUS.express])
        answers.push(await api.send(path + query, { headers: { 'If-None-Match': String(headers.etag) } }));
      expectAllSame(answers, 304);
      expect(answers[0]!.text).toBe('');
    });
  });
});
