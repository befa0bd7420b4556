import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { expectProblem } from '../../src/testing/expect-problem.ts';
import { sendTo, type Answer } from '../../src/testing/test-api.ts';
import { checkNginxConf, startNginx, type TestNginx } from '../../src/testing/start-nginx.ts';
import { until } from '../../src/testing/until.ts';
import { answerOk, startStubUpstream, type StubUpstream } from './stub-upstream.ts';

let one: StubUpstream;
let two: StubUpstream;
let nginx: TestNginx;

beforeAll(async () => {
  one = await startStubUpstream();
  two = await startStubUpstream();
  nginx = await startNginx({ upstreams: [one.port, two.port] });
});
afterAll(async () => {
  await nginx.close();
  await Promise.all([one.close(), two.close()]);
});
beforeEach(() => {
  for (const upstream of [one, two]) {
    upstream.requests.length = 0;
    upstream.answer(answerOk);
  }
});

const arrived = () => [...one.requests, ...two.requests];
const get = (path: string, headers: Record<string, string> = {}) => sendTo(nginx.url + path, { headers });
describe('the configuration', () => {
  it('is taken by nginx as it is shipped for one machine', async () => {
    expect(await checkNginxConf(new URL('../nginx/', import.meta.url))).toContain('test is successful');
  });

  it('is taken by nginx as it is shipped for containers', async () => {
    const here = (text: string): string =>
      text
        .replaceAll(/api-\d:/g, '127.0.0.1:')
        .replace('/run/secrets/certificate-key', 'deploy/nginx/key.pem')
        .replace('/run/secrets/certificate', 'deploy/nginx/certificate.pem')
        .replaceAll('/tmp/', '.data/nginx/');
    expect(await checkNginxConf(new URL('../compose/nginx/', import.meta.url), here)).toContain('successful');
  });
});

describe('the door', () => {
  it('speaks HTTP/2 over TLS, and sends who comes without to where it is', async () => {
    const secure = await startNginx({ upstreams: [one.port], tls: true });
    const session = connectHttp2(secure.url, { ca: secure.certificate });
    try {
      const stream = session.request({ ':path': '/some/page' });
      const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
      expect({ protocol: session.alpnProtocol, status: headers[':status'] }).toEqual({
        protocol: 'h2',
        status: 200,
      });
      expect(one.requests[0]!.req.headers).toMatchObject({
        'x-forwarded-proto': 'https',
        host: new URL(secure.url).host,
      });
      const plain = await fetch(`${secure.plainUrl}/some/page?x=1`, { redirect: 'manual' });
      expect(plain.status).toBe(308);
      expect(plain.headers.get('location')).toBe(`${secure.url}/some/page?x=1`);
    } finally {
      session.destroy();
      await secure.close();
    }
  });

  it('tells the API the address it sees, whatever the client says', async () => {
    const forged = {
      'X-Forwarded-For': '198.51.100.7',
      'X-Real-IP': '198.51.100.7',
      Forwarded: 'for=198.51.100.7',
    };
    for (const path of ['/', '/api/flash-sale/status', '/assets/forged.js']) await get(path, forged);
    expect(arrived()).toHaveLength(3);
    for (const { req } of arrived()) {
      expect(req.headers['x-forwarded-for']).toBe('127.0.0.1');
      expect(JSON.stringify(req.headers)).not.toContain('198.51');
    }
  });

  it('names a request as the client did, else by a name of its own', async () => {
    await get('/a', { 'X-Request-Id': 'mine-1' });
    await get('/b', { 'X-Request-Id': 'not sane' });
    const [mine, own] = arrived()
      .sort((a, b) => (a.req.url! < b.req.url! ? -1 : 1))
      .map(({ req }) => req.headers['x-request-id']);
    expect(mine).toBe('mine-1');
    expect(own).toMatch(/^[0-9a-f]{32}$/);
  });

  it('keeps connections to the API open', async () => {
    for (let asked = 0; asked < 20; asked += 1) await get('/api/health/live');
    const ports = new Set(arrived().map(({ req }) => req.socket.remotePort));
    expect(ports.size).toBeLessThan(10);
  });

  it('lets sockets through, and nobody else switch protocols', async () => {
    const upgrade = (path: string) =>
      request(nginx.url + path, { headers: { Connection: 'Upgrade', Upgrade: 'websocket' } }).end();
    const [answer] = (await once(upgrade('/socket.io/?EIO=4'), 'upgrade')) as [{ statusCode: number }];
    expect(answer.statusCode).toBe(101);
    await once(upgrade('/api/health'), 'response');
    const [plain] = arrived().filter(({ req }) => req.url === '/api/health');
    expect(plain!.req.headers).not.toHaveProperty('upgrade');
  });
});

describe('what only operators and Prometheus need', () => {
  it.each(['/metrics', '/METRICS', '/metrics/', '/%6detrics', '/api/admin/queues', '/api/Admin/Queues/x'])(
    'is not there for the public: %s',
    async (path) => {
      const answer = await get(path);
      expectProblem(answer, 404, 'not_found');
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'strict-transport-security': expect.stringContaining('max-age='),
      });
      expect(arrived()).toHaveLength(0);
    },
  );
});

describe('the status of a sale', () => {
  const CROWD = 1_500;
  const answerStatus = (body: string) => (_req: unknown, res: Parameters<typeof answerOk>[1]) =>
    void res
      .writeHead(200, {
        'Cache-Control': 'public, max-age=1',
        ETag: `"${body}"`,
        'X-Request-Id': 'of-the-first',
      })
      .end(body);

  it('is fetched once for a crowd, and again when it is a second old', async () => {
    const path = '/api/flash-sale/status?saleId=crowd';
    for (const upstream of [one, two]) upstream.answer(answerStatus('before'));
    await get(path);
    const answers: Answer[] = [];
    const line = async (): Promise<void> => {
      while (answers.length < CROWD) answers.push(await get(path));
    };
    await Promise.all(Array.from({ length: 30 }, line));
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['before']));
    expect(new Set(answers.map(({ headers }) => headers['x-request-id'])).size).toBe(answers.length);
    // One for each second that this took, and what arrived together at the turn of two.
    expect(arrived().length).toBeLessThan(CROWD / 2);
    for (const upstream of [one, two]) upstream.answer(answerStatus('after'));
    await until(async () => (await get(path)).text === 'after', { what: 'the new status is told' });
  });

  it('is told by its tag to who has it already, and never of another sale', async () => {
    const path = '/api/flash-sale/status?saleId=';
    one.answer((req, res) => answerStatus(req.url!.slice(path.length))(req, res));
    two.answer((req, res) => answerStatus(req.url!.slice(path.length))(req, res));
    expect((await get(`${path}a`)).text).toBe('a');
    expect((await get(`${path}b`)).text).toBe('b');
    expect((await get(`${path}a`, { 'If-None-Match': '"a"' })).status).toBe(304);
  });

  it('that cannot be had is not one from before', async () => {
    for (const upstream of [one, two]) upstream.answer((_req, res) => void res.writeHead(503).end());
    expect((await get('/api/flash-sale/status?saleId=gone')).status).toBe(503);
  });
});

describe('a file of the page', () => {
  const asFile = (_req: unknown, res: Parameters<typeof answerOk>[1]) =>
    void res.writeHead(200, { 'Cache-Control': 'public, max-age=31536000, immutable' }).end('file');

  it('is asked of the API once', async () => {
    for (const upstream of [one, two]) upstream.answer(asFile);
    for (let asked = 0; asked < 5; asked += 1) {
      const { text, headers } = await get('/assets/page-1a2b.js', {
        'Accept-Encoding': `gzip;q=0.${9 - asked}`,
      });
      expect(text).toBe('file');
      expect(headers['cache-control']).toContain('immutable');
    }
    expect(arrived()).toHaveLength(1);
    expect(arrived()[0]!.req.headers['accept-encoding']).toBe('gzip');
  });

  it('is found during an update at the process that has it', async () => {
    one.answer((_req, res) => void res.writeHead(404).end());
    two.answer(asFile);
    for (const name of ['new-1', 'new-2', 'new-3'])
      expect((await get(`/assets/${name}.js`)).status).toBe(200);
  });
});

describe('a body', () => {
  const post = (path: string, bytes: number) =>
    sendTo(nginx.url + path, { method: 'POST', body: 'x'.repeat(bytes) });

  it('that no route would read is refused here', async () => {
    expectProblem(await post('/api/auth/login', 70_000), 413, 'body_too_large');
    expectProblem(await post('/api/purchase/attempt', 70_000), 413, 'body_too_large');
    expect(arrived()).toHaveLength(0);
  });

  it('may be a picture of a megabyte, for the route of pictures', async () => {
    const path = '/api/admin/products/6f9619ff-8b86-4d01-b42d-00cf4fc964ff/picture';
    expect((await post(path, 1_000_000)).status).toBe(200);
    expect(arrived()[0]).toMatchObject({ bodyBytes: 1_000_000 });
  });
});

describe('a process that dies', () => {
  // Which of the two is believed dead must not be left over from the test before.
  let fresh: TestNginx;
  beforeEach(async () => {
    fresh = await startNginx({ upstreams: [one.port, two.port] });
  });
  afterEach(() => fresh.close());

  const buy = (headers: Record<string, string> = {}) =>
    sendTo(`${fresh.url}/api/purchase/attempt`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: {},
    });
  /** Ends the connection of a request that has arrived whole, as a process does that is killed. */
  const die = (upstream: StubUpstream): void => upstream.answer((req) => void req.socket.destroy());

  it('costs an attempt with a key nothing: it is asked of another one', async () => {
    die(one);
    const keys = ['a', 'b', 'c', 'd'];
    for (const key of keys) expect((await buy({ 'Idempotency-Key': key })).status).toBe(200);
    expect(one.requests.length).toBeGreaterThan(0);
    expect(two.requests.map(({ req }) => [req.method, req.url, req.headers['idempotency-key']])).toEqual(
      keys.map((key) => ['POST', '/api/purchase/attempt', key]),
    );
  });

  it('leaves the outcome of one without a key unknown, and does not send it twice', async () => {
    for (const upstream of [one, two]) die(upstream);
    expectProblem(await buy(), 503, 'outcome_unknown');
    expect(arrived()).toHaveLength(1);
  });

  it('is told as a service that does not answer when there is no other', async () => {
    for (const upstream of [one, two]) die(upstream);
    expectProblem(await sendTo(`${fresh.url}/api/flash-sale`), 503, 'service_unavailable');
  });

  it('is not one that refuses: its refusal is passed on as it is, and nobody else is asked', async () => {
    const own = JSON.stringify({ code: 'overloaded', detail: 'its own words' });
    for (const upstream of [one, two])
      upstream.answer((_req, res) => void res.writeHead(503, { 'Retry-After': '7' }).end(own));
    const answer = await buy({ 'Idempotency-Key': 'k' });
    expect([answer.status, answer.headers['retry-after'], answer.text]).toEqual([503, '7', own]);
    expect(arrived()).toHaveLength(1);
  });
});

describe('an address', () => {
  // Fewer connections than its bound, so that what limits is the rate.
  const LINES = 100;
  const MOST = 30_000;

  it.each([
    ['POST', '/api/purchase/attempt', 800],
    ['GET', '/api/flash-sale', 1_000],
  ])(
    'that asks %s %s without end is told to wait',
    async (method, path, burst) => {
      const limiting = await startNginx({ upstreams: [one.port, two.port], isLimited: true });
      const agent = new Agent({ keepAlive: true, maxSockets: LINES });
      let asked = 0;
      let limited: Answer | undefined;
      const line = async (): Promise<void> => {
        while (!limited && asked < MOST) {
          asked += 1;
          const answer = await sendTo(limiting.url + path, { method, agent });
          if (answer.status === 429) limited ??= answer;
        }
      };
      try {
        await Promise.all(Array.from({ length: LINES }, line));
        expect(asked).toBeGreaterThan(burst);
        expect(limited).toBeDefined();
        expectProblem(limited!, 429, 'rate_limited');
      } finally {
        agent.destroy();
        await limiting.close();
      }
    },
    120_000,
  );
});
