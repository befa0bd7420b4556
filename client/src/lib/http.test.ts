import { describe, expect, it } from '@jest/globals';
import { createHttp, readRetryAfter } from './http.ts';

function setUp(respond: (address: string, init: RequestInit) => Promise<Response>) {
  const refusedTokens: string[] = [];
  const http = createHttp({
    fetch: (address, init) => respond(address as string, init ?? {}),
    accessToken: () => 'token',
    onUnauthenticated: (token) => refusedTokens.push(token),
  });
  return { http, refusedTokens };
}

const problem = (status: number, code: string, headers = {}) =>
  Response.json({ code, status, title: code }, { status, headers });

describe('http', () => {
  it('sends the token, the query without what is absent, and JSON', async () => {
    let seen: { address: string; init: RequestInit } | undefined;
    const { http } = setUp(async (address, init) => {
      seen = { address, init };
      return Response.json({ fine: true });
    });
    const answer = await http({
      method: 'POST',
      path: '/x',
      query: { a: '1 2', b: undefined },
      body: { n: 1 },
    });
    expect(answer).toEqual({ kind: 'ok', body: { fine: true } });
    expect(seen?.address).toBe('/x?a=1+2');
    expect(seen?.init.headers).toMatchObject({
      authorization: 'Bearer token',
      'content-type': 'application/json',
    });
    expect(seen?.init.body).toBe('{"n":1}');
  });

  it('gives a problem with the wait it asks for', async () => {
    const { http } = setUp(async () => problem(503, 'gate_closed', { 'retry-after': '2' }));
    expect(await http({ method: 'GET', path: '/x' })).toMatchObject({
      kind: 'problem',
      problem: { code: 'gate_closed' },
      retryAfterMs: 2_000,
    });
  });

  it('reports the refused token when it is not valid any more, but not a wrong password', async () => {
    const expired = setUp(async () => problem(401, 'unauthenticated'));
    await expired.http({ method: 'GET', path: '/x' });
    expect(expired.refusedTokens).toEqual(['token']);
    const wrong = setUp(async () => problem(401, 'invalid_credentials'));
    await wrong.http({ method: 'GET', path: '/x' });
    expect(wrong.refusedTokens).toEqual([]);
  });

  it('calls unreachable what is not the answer of the API', async () => {
    const answers = [
      async () => Promise.reject(new TypeError('failed to fetch')),
      async () => new Response('<h1>Bad gateway</h1>', { status: 502 }),
      async () => new Response('<h1>Sign in to this network</h1>', { status: 200 }),
      async () => Response.json({ message: 'no problem document' }, { status: 500 }),
    ];
    for (const respond of answers) {
      expect(await setUp(respond).http({ method: 'GET', path: '/x' })).toEqual({ kind: 'unreachable' });
    }
  });
});

describe('readRetryAfter', () => {
  it('reads seconds and nothing else', () => {
    expect([
      readRetryAfter('3'),
      readRetryAfter(null),
      readRetryAfter('Wed, 21 Oct 2026 07:28:00 GMT'),
    ]).toEqual([3_000, undefined, undefined]);
  });
});
