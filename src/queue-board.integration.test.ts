import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTcpProxy } from '../stress/chaos/tcp-proxy.ts';
import { BOARD_PATH } from './features/account/board-cookie.ts';
import { startTestApi, tokenOf, type TestApi } from './testing/test-api.ts';
import { givenOperator, type TestOperator } from './testing/test-operator.ts';
import { anAttempt, startTestPipeline, type TestPipeline } from './testing/test-pipeline.ts';
import { givenSale, givenShoppers } from './testing/test-sale.ts';
import { until } from './testing/until.ts';

let pipeline: TestPipeline;
let api: TestApi;
let operator: TestOperator;
let jobId: string;
beforeAll(async () => {
  pipeline = await startTestPipeline();
  api = await startTestApi(pipeline);
  operator = await givenOperator(api, pipeline.db);
  // No worker: the job stays.
  const sale = await givenSale(pipeline);
  const [shopper] = await givenShoppers(pipeline.db, 1);
  await pipeline.accept(sale, [anAttempt(sale.saleId, shopper!)]);
  jobId = ((await jobs()).body as { queues: { jobs: { id: string }[] }[] }).queues[0]!.jobs[0]!.id;
});
afterAll(async () => {
  await api.close();
  await pipeline.close();
});

const jobs = () => api.send(`${BOARD_PATH}/api/queues?activeQueue=settle`, withToken(operator.id));
const withToken = (id: string, role: 'operator' | 'admin' | 'shopper' = 'operator') => ({
  headers: { Authorization: tokenOf(id, { role }) },
});
const withCookie = (cookie: string) => ({ headers: { Cookie: cookie } });

/** As a browser keeps it. */
async function openSession(token: string): Promise<{ cookie: string; attributes: string }> {
  const { status, headers } = await api.send(`${BOARD_PATH}/session`, {
    method: 'POST',
    headers: { Authorization: token },
  });
  expect(status).toBe(204);
  const [cookie = '', ...attributes] = headers['set-cookie']![0]!.split('; ');
  return { cookie, attributes: attributes.join('; ') };
}

describe('the board of the queue', () => {
  it('is a page for operators, and for nobody else', async () => {
    const page = await api.send(BOARD_PATH, withToken(operator.id));
    expect(page.status).toBe(200);
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
    });
    expect(page.headers['x-powered-by']).toBeUndefined();
    expect(page.text).toContain(`<base href="${BOARD_PATH}/" />`);
    const script = /src="(static\/js\/[^"]+)"/.exec(page.text)![1]!;
    for (const path of ['', '/', `/${script}`, '/queue/settle', '/api/queues']) {
      const statusFor = async (request?: object) => (await api.send(BOARD_PATH + path, request)).status;
      expect([path, await statusFor(withToken(operator.id))]).toEqual([path, 200]);
      expect([path, await statusFor(withToken(operator.id, 'admin'))]).toEqual([path, 200]);
      expect([path, await statusFor(withToken(operator.id, 'shopper'))]).toEqual([path, 403]);
      expect([path, await statusFor()]).toEqual([path, 401]);
    }
  });

  it('runs no inline script, and only its own page has another policy', async () => {
    const policyOf = async (path: string) =>
      (await api.send(path, withToken(operator.id))).headers['content-security-policy'] as string;
    const elsewhere = await policyOf('/api/admin/products');
    expect(await policyOf(BOARD_PATH)).toBe(elsewhere.replace("base-uri 'none'", "base-uri 'self'"));
    expect(elsewhere).toContain("script-src 'self';");
    expect(elsewhere).toContain("base-uri 'none'");
  });

  it('shows the queue and the jobs that wait', async () => {
    const { body } = await jobs();
    expect(body).toMatchObject({
      queues: [{ name: 'settle', readOnlyMode: true, counts: { waiting: 1 }, jobs: [{ id: jobId }] }],
    });
    const job = await api.send(`${BOARD_PATH}/api/queues/settle/${jobId}`, withToken(operator.id));
    expect(job.body).toMatchObject({ job: { id: jobId } });
    expect((await api.send(`${BOARD_PATH}/api/queues/none/1`, withToken(operator.id))).status).toBe(404);
  });

  it('reads fifty jobs at most: shoppers wait in the same line', async () => {
    const answer = await api.send(`${BOARD_PATH}/api/queues?jobsPerPage=51`, withToken(operator.id));
    expect(answer.problem).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  it.each([
    ['PUT', '/api/queues/pause'],
    ['PUT', '/api/queues/settle/pause'],
    ['PUT', '/api/queues/settle/empty'],
    ['PUT', '/api/queues/settle/obliterate'],
    ['PUT', '/api/queues/settle/clean/waiting'],
    ['POST', '/api/queues/settle/add'],
    ['PUT', '/api/queues/settle/:job/clean'],
    ['PUT', '/api/queues/settle/:job/retry/waiting'],
    ['PATCH', '/api/queues/settle/:job/update-data'],
    ['DELETE', '/api/queues/settle/:job'],
  ])('refuses %s %s, and nothing has changed', async (method, path) => {
    const before = (await jobs()).body;
    const { cookie } = await openSession(tokenOf(operator.id, { role: 'operator' }));
    for (const headers of [withToken(operator.id, 'admin').headers, { Cookie: cookie }]) {
      const answer = await api.send(BOARD_PATH + path.replace(':job', jobId), {
        method,
        headers: { ...headers, 'Content-Type': 'application/json' },
        body: {},
      });
      expect(answer.problem).toMatchObject({ status: 404, code: 'not_found' });
    }
    expect((await jobs()).body).toEqual(before);
  });

  it('answers as everywhere when Redis is away', async () => {
    const proxy = await startTcpProxy({ targetPort: pipeline.redisServer.port });
    const redisUrl = `redis://127.0.0.1:${proxy.port}`;
    const cutOff = await startTestApi({ ...pipeline, redisUrl });
    proxy.set({ kind: 'cut' }, { only: 'stampede-queue-client' });
    const answer = await cutOff.send(`${BOARD_PATH}/api/queues`, withToken(operator.id));
    expect(answer.problem).toMatchObject({ status: 503, code: 'service_unavailable' });
    await cutOff.close();
    await proxy.close();
  });
});

describe("the board's cookie", () => {
  it('opens the board to reads, and nothing else', async () => {
    const token = tokenOf(operator.id, { role: 'operator' });
    const { cookie, attributes } = await openSession(token);
    expect(attributes).toMatch(
      /^Max-Age=900; Path=\/api\/admin\/queues; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/,
    );
    expect((await api.send(BOARD_PATH, withCookie(cookie))).status).toBe(200);
    expect((await api.send(`${BOARD_PATH}/api/queues`, withCookie(cookie))).status).toBe(200);
    for (const path of [
      '/api/admin/products',
      '/api/auth/me',
      `${BOARD_PATH}x`,
      `${BOARD_PATH}/../products`,
    ]) {
      expect([path, (await api.send(path, withCookie(cookie))).status]).not.toEqual([path, 200]);
    }
    const again = await api.send(`${BOARD_PATH}/session`, { method: 'POST', ...withCookie(cookie) });
    expect(again.problem.code).toBe('unauthenticated');
  });

  it('is only for who may see the board', async () => {
    const post = (headers: Record<string, string>) =>
      api.send(`${BOARD_PATH}/session`, { method: 'POST', headers });
    expect((await post({})).status).toBe(401);
    const refused = await post(withToken(operator.id, 'shopper').headers);
    expect([refused.status, refused.headers['set-cookie']]).toEqual([403, undefined]);
    const shopper = tokenOf(operator.id).replace('Bearer ', '');
    expect((await api.send(BOARD_PATH, withCookie(`board_token=${shopper}`))).status).toBe(403);
  });

  it('lives no longer than the token it lends', async () => {
    const { attributes } = await openSession(tokenOf(operator.id, { role: 'operator', lifetimeSec: 60 }));
    const [, maxAge] = /^Max-Age=(\d+)/.exec(attributes)!;
    expect(Number(maxAge)).toBeLessThanOrEqual(60);
    const over = tokenOf(operator.id, { role: 'operator', lifetimeSec: 0 }).replace('Bearer ', '');
    expect((await api.send(BOARD_PATH, withCookie(`board_token=${over}`))).status).toBe(401);
  });

  it('ends when its session does', async () => {
    const token = tokenOf(operator.id, { role: 'operator' });
    const { cookie } = await openSession(token);
    await api.send('/api/auth/logout', {
      method: 'POST',
      headers: { Authorization: token, 'Content-Type': 'application/json' },
      body: {},
    });
    await until(async () => (await api.send(BOARD_PATH, withCookie(cookie))).status === 401, {
      what: 'the process knows',
    });
  });

  it('ends when its operator is blocked', async () => {
    const other = await givenOperator(api, pipeline.db);
    const admin = await givenOperator(api, pipeline.db, 'admin');
    const { cookie } = await openSession(tokenOf(other.id, { role: 'operator' }));
    expect((await api.send(BOARD_PATH, withCookie(cookie))).status).toBe(200);
    await admin.patch(`/users/${other.id}`, 1, { blocked: true, reason: 'test' });
    await until(async () => (await api.send(BOARD_PATH, withCookie(cookie))).status !== 200, {
      what: 'the process knows',
    });
  });
});
