import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ERROR_CATALOGUE, type ErrorCode } from '../contracts/error-catalogue.ts';
import { jitterRetryAfter, writeProblem } from './problem.ts';
import type { Refusal } from './refusal.ts';

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

async function answerTo(refusal: Refusal): Promise<Response> {
  const server = createServer((_req, res) => {
    res.setHeader('X-Request-Id', 'request-1');
    writeProblem(res, refusal);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

describe('writeProblem', () => {
  it.each(Object.keys(ERROR_CATALOGUE) as ErrorCode[])(
    'says %s with its status, title and advice',
    async (code) => {
      const { status, title, advice, retryable } = ERROR_CATALOGUE[code];
      const res = await answerTo({ code });
      expect(res.status).toBe(status);
      expect(res.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(res.headers.get('cache-control')).toBe('no-store');
      expect(await res.json()).toEqual({
        type: `urn:stampede:problem:${code}`,
        title,
        status,
        code,
        detail: advice,
        requestId: 'request-1',
        retryable,
      });
    },
  );

  it('carries what the refusal knows, with letters beyond ASCII', async () => {
    const refusal: Refusal = {
      code: 'not_enough_left',
      detail: 'Only “2” are left – à bientôt',
      remaining: 2,
      attemptId: 'attempt-1',
      errors: [{ field: 'quantity', message: 'is too large' }],
      headers: { Allow: 'GET' },
    };
    const res = await answerTo(refusal);
    const text = await res.text();
    expect(res.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
    expect(res.headers.get('allow')).toBe('GET');
    const { detail, remaining, attemptId, errors } = refusal;
    expect(JSON.parse(text)).toMatchObject({ detail, remaining, attemptId, errors });
  });

  it('tells every 429 and 503 when to come back', async () => {
    const limited = await answerTo({ code: 'rate_limited', retryAfterSec: 7.2 });
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThanOrEqual(8);
    const closed = await answerTo({ code: 'gate_closed' });
    expect(Number(closed.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });

  it('gives no time to come back where none helps', async () => {
    const res = await answerTo({ code: 'sold_out' });
    expect(res.headers.has('retry-after')).toBe(false);
  });

  it('names the scheme that would help with every 401', async () => {
    const res = await answerTo({ code: 'unauthenticated' });
    expect(res.headers.get('www-authenticate')).toBe('Bearer');
  });
});

describe('jitterRetryAfter', () => {
  it('never shortens the wait', () => {
    for (const sec of [0.2, 1, 3, 59.5, 600]) expect(jitterRetryAfter(sec, () => 0)).toBe(Math.ceil(sec));
  });

  it('adds up to half of it, at least one and at most five seconds', () => {
    const most = (sec: number) => jitterRetryAfter(sec, () => 0.999_999);
    expect([0.2, 1, 4, 600].map(most)).toEqual([2, 2, 6, 605]);
  });
});
