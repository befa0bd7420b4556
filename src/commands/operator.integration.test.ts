import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SessionBody } from '../contracts/http.ts';
import { runCommandLine } from '../testing/run-command.ts';
import { startTestApi, type TestApi } from '../testing/test-api.ts';
import { startTestServices, type TestServices } from '../testing/test-services.ts';
import { until } from '../testing/until.ts';

describe('npm run operator', () => {
  let services: TestServices;
  let api: TestApi;
  beforeAll(async () => {
    services = await startTestServices();
    api = await startTestApi(services, { ADDRESS_LIMIT_EXEMPT: 'loopback' });
  });
  afterAll(async () => {
    await api.close();
    await services.close();
  });

  const operator = (...args: string[]) =>
    runCommandLine('operator', args, { DATABASE_URL: services.databaseUrl, REDIS_URL: services.redisUrl });
  const login = (email: string, password: string) =>
    api.send('/api/auth/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: { email, password },
    });

  it('makes an operator who can sign in, tells the password once and writes it down nowhere', async () => {
    const made = await operator('create', '--email', 'ops@shop.example', '--json');
    expect(made.exitCode).toBe(0);
    const { userId, password } = made.json() as { userId: string; password: string };
    const answer = await login('ops@shop.example', password);
    expect((answer.body as SessionBody).user).toMatchObject({ id: userId, role: 'operator' });
    const trail = await services.db('audit_log').where({ subject: `user:${userId}` });
    expect(trail).toMatchObject([{ action: 'user.create', actor_id: null, after: { role: 'operator' } }]);
    expect(JSON.stringify(trail)).not.toContain(password);
    expect((await operator('create', '--email', 'OPS@shop.example')).stderr).toContain('account already');
  });

  it('gives another password, which ends the sessions there are', async () => {
    const made = await operator('create', '--email', 'boss@shop.example', '--role', 'admin', '--json');
    const first = await login('boss@shop.example', made.json().password as string);
    const { accessToken } = first.body as SessionBody;
    const reset = await operator('reset-password', '--email', 'boss@shop.example', '--json');
    expect(reset.exitCode).toBe(0);
    const me = () => api.send('/api/auth/me', { headers: { Authorization: `Bearer ${accessToken}` } });
    await until(async () => (await me()).status === 401, { what: 'the old session is ended' });
    expect((await login('boss@shop.example', made.json().password as string)).status).toBe(401);
    expect((await login('boss@shop.example', reset.json().password as string)).status).toBe(200);
  });

  it.each([
    ['an e-mail that is none', ['create', '--email', 'ops']],
    ['a role that shoppers have', ['create', '--email', 'a@shop.example', '--role', 'shopper']],
    ['another verb', ['delete', '--email', 'a@shop.example']],
  ])('refuses %s', async (_what, args) => {
    expect((await operator(...args)).exitCode).toBe(2);
  });

  it('says so when nobody has the e-mail', async () => {
    const answer = await operator('reset-password', '--email', 'nobody@shop.example');
    expect([answer.exitCode, answer.stderr]).toEqual([1, expect.stringContaining('Nobody has the e-mail')]);
  });
});
