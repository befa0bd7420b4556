import { describe, expect, it } from '@jest/globals';
import { createHttp, createOpenStream, readRetryAfter, type HttpDeps } from './http.ts';
import type { Renewal } from './renew-session.ts';

function setUp(
  respond: (address: string, init: RequestInit) => Promise<Response>,
  renewal: Renewal = 'ended',
) {
  const refusedTokens: string[] = [];
  const renewed: string[] = [];
  let token = 'token';
  const deps: HttpDeps = {
    fetch: (address, init) => respond(address as string, init ?? {}),
    accessToken: () => token,
    renew: async (usedToken) => {
      renewed.push(usedToken);
      if (renewal === 'renewed') token = 'new token';
      return renewal;
    },
    onUnauthenticated: (token) => refusedTokens.push(token),
  };
  return { http: createHttp(deps), openStream: createOpenStream(deps), refusedTokens, renewed };
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

  it('sends a request again, to the letter, with a new token for one that is over', async () => {
    const seen: RequestInit[] = [];
    const { http, renewed } = setUp(async (_address, init) => {
      seen.push(init);
      return seen.length === 1 ? problem(401, 'unauthenticated') : Response.json({ fine: true });
    }, 'renewed');
    const wish = { method: 'POST' as const, path: '/x', body: { n: 1 }, headers: { 'idempotency-key': 'k' } };
    expect(await http(wish)).toEqual({ kind: 'ok', body: { fine: true } });
    expect(renewed).toEqual(['token']);
    const [first, second] = seen.map(({ headers, body }) => ({ ...(headers as object), body }));
    expect(first).toMatchObject({ authorization: 'Bearer token', 'idempotency-key': 'k', body: '{"n":1}' });
    expect(second).toEqual({ ...first, authorization: 'Bearer new token' });
  });

  it('renews once, and reports a token that is refused although it is new', async () => {
    const { http, renewed, refusedTokens } = setUp(async () => problem(401, 'unauthenticated'), 'renewed');
    expect(await http({ method: 'GET', path: '/x' })).toMatchObject({ kind: 'problem' });
    expect([renewed, refusedTokens]).toEqual([['token'], ['new token']]);
  });

  it('does not take a server that is away for the end of the session', async () => {
    const { http, refusedTokens } = setUp(async () => problem(401, 'unauthenticated'), 'unreachable');
    expect(await http({ method: 'GET', path: '/x' })).toEqual({ kind: 'unreachable' });
    expect(refusedTokens).toEqual([]);
  });

  it('gives the refusal when the session is over, and renews nothing for a wrong password', async () => {
    const over = setUp(async () => problem(401, 'unauthenticated'));
    const refused = { kind: 'problem', problem: { code: 'unauthenticated' } };
    expect(await over.http({ method: 'GET', path: '/x' })).toMatchObject(refused);
    const wrong = setUp(async () => problem(401, 'invalid_credentials'));
    await wrong.http({ method: 'GET', path: '/x' });
    expect([over.renewed, wrong.renewed]).toEqual([['token'], []]);
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

describe('a stream', () => {
  const open = (answers: (() => Promise<Response>)[], renewal: Renewal = 'ended') => {
    const { openStream, renewed } = setUp(async () => answers.shift()!(), renewal);
    return { answer: openStream('/x.csv', new AbortController().signal), renewed };
  };

  it('opens with a new token when the old one is over, and is read as it comes', async () => {
    const { answer } = open(
      [async () => problem(401, 'unauthenticated'), async () => new Response('a,b\r\n')],
      'renewed',
    );
    const opened = await answer;
    expect(opened.kind === 'ok' && (await opened.body.text())).toBe('a,b\r\n');
  });

  it('that is refused gives the refusal, and one that never comes is unreachable', async () => {
    expect(await open([async () => problem(404, 'sale_not_found')]).answer).toMatchObject({
      kind: 'problem',
      problem: { code: 'sale_not_found' },
    });
    expect(await open([async () => Promise.reject(new TypeError('failed to fetch'))]).answer).toEqual({
      kind: 'unreachable',
    });
    expect(await open([async () => new Response('<h1>Bad gateway</h1>', { status: 502 })]).answer).toEqual({
      kind: 'unreachable',
    });
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
