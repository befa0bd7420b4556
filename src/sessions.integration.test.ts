import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import type { SessionBody } from './contracts/http.ts';
import { BLOCKED_USERS_CHANNEL } from './features/account/blocked-users.ts';
import { REVOKED_TOKENS_KEY } from './infrastructure/redis/keys.ts';
import { startTestApi, tokenOf, type Answer, type TestApi } from './testing/test-api.ts';
import { givenShoppers } from './testing/test-sale.ts';
import { startTestServices, type TestServices } from './testing/test-services.ts';
import { until } from './testing/until.ts';

let services: TestServices;
/** Two API processes over one PostgreSQL and one Redis. */
let here: TestApi;
let there: TestApi;
const sockets: Socket[] = [];

beforeAll(async () => {
  services = await startTestServices();
  here = await startTestApi(services, { DEMO: '1', ADDRESS_LIMIT_EXEMPT: 'loopback' });
  there = await startTestApi(services, { DEMO: '1', ADDRESS_LIMIT_EXEMPT: 'loopback' });
});
afterAll(async () => {
  for (const socket of sockets) socket.disconnect();
  await here.close();
  await there.close();
  await services.close();
});

interface Signed {
  userId: string;
  authorization: string;
  /** The refresh cookie as the browser sends it back. */
  cookie: string;
  email: string;
}

const password = 'correct horse battery';
const send = (
  api: TestApi,
  path: string,
  body: object,
  headers: Record<string, string> = {},
  method = 'POST',
) =>
  api.send(`/api/auth${path}`, {
    method,
    body,
    headers: { 'Content-Type': 'application/json', ...headers },
  });

function read({ body, headers }: Answer): Signed {
  const { user, accessToken } = body as SessionBody;
  const cookie = /refresh_token=[^;]+/.exec(String(headers['set-cookie']))![0];
  return { userId: user.id, email: user.email, authorization: `Bearer ${accessToken}`, cookie };
}

async function givenSignedIn(): Promise<Signed> {
  const email = `${randomUUID()}@shop.example`;
  return read(await send(here, '/register', { email, password }));
}
const refresh = (cookie: string, api = here) => send(api, '/refresh', {}, { Cookie: cookie });
const statusOf = async (api: TestApi, authorization: string) =>
  (await api.send('/api/auth/me', { headers: { Authorization: authorization } })).status;
const untilRefused = (api: TestApi, authorization: string, status = 401) =>
  until(async () => (await statusOf(api, authorization)) === status, { what: 'the token is refused' });
/** As if it had been used so long ago. */
const age = (userId: string, seconds: number) =>
  services
    .db('refresh_tokens')
    .where({ user_id: userId })
    .whereNotNull('used_at')
    .update({ used_at: services.db.raw(`now() - ${seconds} * interval '1 second'`) });

async function listen(api: TestApi, authorization: string): Promise<Socket> {
  const auth = { token: authorization.slice('Bearer '.length) };
  const socket = io(api.url, { transports: ['websocket'], reconnection: false, forceNew: true, auth });
  sockets.push(socket);
  await until(() => socket.connected, { what: 'the socket stands' });
  return socket;
}
const untilCut = (socket: Socket) => until(() => !socket.connected, { what: 'the socket is cut' });

describe('refreshing', () => {
  it('gives new tokens of the same user for the cookie, each good for one use', async () => {
    const first = await givenSignedIn();
    const answer = await refresh(first.cookie);
    expect(answer.status).toBe(200);
    const second = read(answer);
    expect([second.userId, second.cookie === first.cookie]).toEqual([first.userId, false]);
    expect(await statusOf(there, second.authorization)).toBe(200);
    expect((await refresh(second.cookie, there)).status).toBe(200);
  });

  it('ends the session when a used token comes back, for whoever has a part of it', async () => {
    const stolen = await givenSignedIn();
    const owner = read(await refresh(stolen.cookie));
    await age(owner.userId, 11);
    const thief = await refresh(stolen.cookie);
    expect([thief.status, thief.problem.code]).toEqual([401, 'unauthenticated']);
    expect(String(thief.headers['set-cookie'])).toMatch(/^refresh_token=;.*Expires=Thu, 01 Jan 1970/);
    expect((await refresh(owner.cookie)).status).toBe(401);
    expect(await statusOf(here, owner.authorization)).toBe(401);
    await untilRefused(there, owner.authorization);
  });

  it('bears with a token that comes again at once, as long as nobody used what it brought', async () => {
    const first = await givenSignedIn();
    const [one, two] = (await Promise.all([refresh(first.cookie), refresh(first.cookie, there)])).map(read);
    expect(one!.cookie).not.toBe(two!.cookie);
    expect((await refresh(one!.cookie)).status).toBe(200); // now the first one has arrived
    expect((await refresh(first.cookie)).status).toBe(401);
    expect((await refresh(two!.cookie)).status).toBe(401);
  });

  it('takes a token once, of however many who use it at once after its time', async () => {
    const first = await givenSignedIn();
    const next = read(await refresh(first.cookie));
    await age(first.userId, 11);
    const answers = await Promise.all([
      refresh(first.cookie),
      refresh(next.cookie, there),
      refresh(first.cookie),
    ]);
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    const left = await services.db('refresh_tokens').where({ user_id: first.userId, revoked_at: null });
    expect(left).toEqual([]);
  });

  it('is refused without a cookie, with a made-up one, and with one that expired', async () => {
    const { userId, cookie } = await givenSignedIn();
    expect((await send(here, '/refresh', {})).status).toBe(401);
    expect((await refresh(`refresh_token=${'x'.repeat(43)}`)).status).toBe(401);
    const past = { expires_at: new Date(Date.now() - 60_000) };
    await services.db('refresh_tokens').where({ user_id: userId }).update(past);
    expect((await refresh(cookie)).status).toBe(401);
  });

  it('is refused to a user who was blocked', async () => {
    const { userId, cookie } = await givenSignedIn();
    await services.db('users').where({ id: userId }).update({ blocked: true });
    expect((await refresh(cookie)).status).toBe(401);
  });
});

describe('signing out', () => {
  it('ends the session everywhere within a second, its sockets too, and no other session of the user', async () => {
    const one = await givenSignedIn();
    const other = read(await send(there, '/login', { email: one.email, password }));
    const [cut, kept] = [await listen(there, one.authorization), await listen(there, other.authorization)];
    const answer = await send(here, '/logout', {}, { Authorization: one.authorization, Cookie: one.cookie });
    expect(answer.status).toBe(204);
    expect(await statusOf(here, one.authorization)).toBe(401);
    await untilRefused(there, one.authorization);
    await untilCut(cut);
    expect((await refresh(one.cookie)).status).toBe(401);
    expect([kept.connected, await statusOf(there, other.authorization)]).toEqual([true, 200]);
  });

  it('works with the cookie alone, with the token alone, and for nobody', async () => {
    const [byCookie, byToken] = [await givenSignedIn(), await givenSignedIn()];
    expect((await send(here, '/logout', {}, { Cookie: byCookie.cookie })).status).toBe(204);
    expect(await statusOf(here, byCookie.authorization)).toBe(401);
    expect((await send(here, '/logout', {}, { Authorization: byToken.authorization })).status).toBe(204);
    expect((await refresh(byToken.cookie)).status).toBe(401);
    expect((await send(here, '/logout', {})).status).toBe(204);
  });

  it('is known to a process that starts afterwards, and kept no longer than a token lives', async () => {
    const { authorization } = await givenSignedIn();
    await send(here, '/logout', {}, { Authorization: authorization });
    const later = await startTestApi(services);
    expect(await statusOf(later, authorization)).toBe(401);
    await later.close();
    const [, until] = await services.redis.zrange(REVOKED_TOKENS_KEY, -1, -1, 'WITHSCORES');
    expect(Number(until) - Date.now()).toBeLessThanOrEqual(24 * 3600 * 1000);
  });

  it('ends a load tester’s token, which has no cookie, as well', async () => {
    const authorization = tokenOf((await givenShoppers(services.db, 1))[0]!);
    expect(await statusOf(there, authorization)).toBe(200);
    await send(here, '/logout', {}, { Authorization: authorization });
    await untilRefused(there, authorization);
  });
});

describe('changing the password', () => {
  const change = (who: Signed, currentPassword: string, newPassword: string) =>
    send(here, '/password', { currentPassword, newPassword }, { Authorization: who.authorization });

  it('ends every other session and begins a new one', async () => {
    const one = await givenSignedIn();
    const other = read(await send(there, '/login', { email: one.email, password }));
    const answer = await change(one, password, 'another long one');
    expect(answer.status).toBe(200);
    const fresh = read(answer);
    expect(await statusOf(here, fresh.authorization)).toBe(200);
    for (const { authorization, cookie } of [one, other]) {
      await untilRefused(there, authorization);
      expect((await refresh(cookie)).status).toBe(401);
    }
    expect(await statusOf(there, fresh.authorization)).toBe(200);
    expect((await send(here, '/login', { email: one.email, password })).status).toBe(401);
    const again = { email: one.email, password: 'another long one' };
    expect((await send(here, '/login', again)).status).toBe(200);
    const trail = await services.db('audit_log').where({ actor_id: one.userId }).pluck<string[]>('action');
    expect(trail).toEqual(['account.change-password']);
  });

  it('wants the one there is, and a good one for it', async () => {
    const one = await givenSignedIn();
    expect((await change(one, 'not the one', 'another long one')).problem.code).toBe('invalid_credentials');
    expect((await change(one, password, 'password123')).problem.code).toBe('invalid_request');
    expect(await statusOf(here, one.authorization)).toBe(200);
  });

  it('leaves no session begun with the old one while it was changed', async () => {
    const one = await givenSignedIn();
    const logins = Array.from({ length: 8 }, () => send(there, '/login', { email: one.email, password }));
    await change(one, password, 'another long one');
    const begun = (await Promise.all(logins)).filter(({ status }) => status === 200).map(read);
    for (const { cookie } of begun) expect((await refresh(cookie)).status).toBe(401);
  });
});

describe('wrong passwords', () => {
  it('make the next try wait in every process, alike for an e-mail that nobody has', async () => {
    for (const email of [(await givenSignedIn()).email, `${randomUUID()}@shop.example`]) {
      const answers: Answer[] = [];
      for (let n = 0; n < 7; n += 1)
        answers.push(await send([here, there][n % 2]!, '/login', { email, password: `wrong ${n}` }));
      expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 401, 429]);
      const { headers, problem } = answers[6]!;
      expect(problem.code).toBe('rate_limited');
      expect(headers).toMatchObject({
        'retry-after': expect.any(String),
        ratelimit: expect.stringContaining('"password"; r=0'),
        'ratelimit-policy': expect.stringContaining('"password"; q=5'),
      });
    }
  });

  it('of the password’s change are counted too', async () => {
    const { authorization } = await givenSignedIn();
    const guess = { currentPassword: 'wrong one', newPassword: 'another long one' };
    const statuses: number[] = [];
    for (let n = 0; n < 7; n += 1)
      statuses.push((await send(here, '/password', guess, { Authorization: authorization })).status);
    expect(statuses.at(-1)).toBe(429);
  });
});

describe('deleting the account', () => {
  const remove = (who: Signed, body: object) =>
    send(here, '/me', body, { Authorization: who.authorization }, 'DELETE');

  it('takes away what names a person and every access, and keeps the row that orders refer to', async () => {
    const one = await givenSignedIn();
    const socket = await listen(there, one.authorization);
    expect((await remove(one, { password: 'not the one' })).problem.code).toBe('invalid_credentials');
    expect((await remove(one, {})).problem.code).toBe('invalid_credentials');
    expect((await remove(one, { password })).status).toBe(204);
    await untilRefused(there, one.authorization);
    await untilCut(socket);
    expect((await refresh(one.cookie)).status).toBe(401);
    expect((await send(here, '/login', { email: one.email, password })).status).toBe(401);
    const row = await services.db('users').where({ id: one.userId }).first<Record<string, unknown>>();
    expect(row).toMatchObject({
      email: `deleted-${one.userId}@deleted.invalid`,
      name: '',
      password_hash: null,
    });
    const audit = await services.db('audit_log').where({ actor_id: one.userId }).first<object>();
    expect(audit).toMatchObject({ action: 'account.delete', subject: `user:${one.userId}` });
    expect(JSON.stringify(audit)).not.toContain(one.email);
    expect((await send(here, '/register', { email: one.email, password })).status).toBe(201);
  });

  it('asks a guest for no password', async () => {
    expect((await remove(read(await send(here, '/guest', {})), {})).status).toBe(204);
  });
});

describe('a user who is blocked', () => {
  it('loses access in every process within a second, sockets included', async () => {
    const one = await givenSignedIn();
    const held = [await listen(here, one.authorization), await listen(there, one.authorization)];
    await services.db('users').where({ id: one.userId }).update({ blocked: true });
    await services.redis.publish(BLOCKED_USERS_CHANNEL, '');
    for (const api of [here, there]) await untilRefused(api, one.authorization, 403);
    for (const socket of held) await untilCut(socket);
  });
});

describe('a socket', () => {
  it('ends with the token that it showed', async () => {
    const [shopper] = await givenShoppers(services.db, 1);
    await untilCut(await listen(here, tokenOf(shopper!, { lifetimeSec: 2 })));
  });
});
