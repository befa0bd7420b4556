import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import express from 'express';
import { scryptSync } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SessionBody, UserBody } from '../../contracts/http.ts';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { createErrorAnswer } from '../../middleware/answer-errors.ts';
import { createRefuseCrossSite } from '../../middleware/refuse-cross-site.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/test-database.ts';
import { createAccessTokens } from './access-token.ts';
import { createAccountRoutes } from './account.routes.ts';
import { createAccountService } from './account.service.ts';
import { createAuthenticate } from './authenticate.ts';
import { createEnforcePolicies } from './enforce-policies.ts';
import { createPasswords } from './password.ts';
import { createRefreshTokenRepository, hashRefreshToken } from './refresh-token.repository.ts';
import { createSessions } from './sessions.ts';
import { createUserRepository } from './user.repository.ts';

let database: TestDatabase;
let server: Server;
let url: string;
const blocked = new Set<string>();
const NO_TRIES = { take: () => Promise.resolve(null), forget: () => Promise.resolve() };
/** Of what these tests do not touch: see sessions.integration.test.ts. */
const unused = () => Promise.reject(new Error('unused'));

beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database;
  const accessTokens = createAccessTokens({ secret: 's'.repeat(32) });
  const authenticate = createAuthenticate({
    accessTokens,
    blockedUsers: { isBlocked: (id) => blocked.has(id) },
    revokedTokens: { isRevoked: () => false },
  });
  const users = createUserRepository({ db });
  const refreshTokens = createRefreshTokenRepository({ db });
  const revokedTokens = { revokeSession: unused, revokeUser: unused };
  const sessions = createSessions({
    ...{ users, refreshTokens, accessTokens, revokedTokens },
    logger: silentLogger,
  });
  const accounts = createAccountService({
    ...{ users, sessions, revokedTokens },
    passwordTries: NO_TRIES,
    passwords: createPasswords({ cost: { memoryCost: 64, timeCost: 1, parallelism: 1 } }),
  });
  const app = express();
  app.use(createEnforcePolicies({ authenticate, isDemo: true }));
  app.use(
    '/api/auth',
    createAccountRoutes({
      ...{ accounts, sessions, authenticate, demo: true },
      ...{ clientAddress: () => '127.0.0.1', newAccounts: { take: () => Promise.resolve(null) } },
      refuseCrossSite: createRefuseCrossSite({ corsOrigins: [] }),
    }),
  );
  app.use(createErrorAnswer({ logger: silentLogger }));
  server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/auth`;
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await database.close();
});

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  fetch(url + path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', ...headers },
  });
const me = (token: string) => fetch(`${url}/me`, { headers: { Authorization: `Bearer ${token}` } });
const codeOf = async (res: Response) => ((await res.json()) as { code: string }).code;

let count = 0;
async function givenShopper() {
  const credentials = { email: `Ada${(count += 1)}@shop.example`, password: 'correct horse' };
  const res = await post('/register', { ...credentials, name: 'Ada' });
  return { credentials, res, session: (await res.json()) as SessionBody };
}

describe('registering', () => {
  it('makes a shopper and signs in', async () => {
    const { credentials, res, session } = await givenShopper();
    expect(res.status).toBe(201);
    expect(session).toEqual({
      user: { id: expect.any(String), email: credentials.email, name: 'Ada', role: 'shopper' },
      accessToken: expect.any(String),
      expiresIn: 900,
    });
    expect(await (await me(session.accessToken)).json()).toEqual(session.user);
  });

  it('stores no password and no refresh token, only their hashes', async () => {
    const { res, session } = await givenShopper();
    const row = await database.db('users').where({ id: session.user.id }).first<{ password_hash: string }>();
    expect(row.password_hash).toMatch(/^\$argon2id\$/);
    const token = /refresh_token=([^;]+)/.exec(res.headers.get('set-cookie')!)![1]!;
    const stored = await database
      .db('refresh_tokens')
      .where({ user_id: session.user.id })
      .select<{ token_hash: string }[]>();
    expect(stored.map((row) => row.token_hash)).toEqual([hashRefreshToken(token)]);
  });

  it('sets a refresh cookie that scripts and other sites never see', async () => {
    const { res } = await givenShopper();
    const cookie = res.headers.get('set-cookie')!;
    expect(cookie).toMatch(
      /^refresh_token=[\w-]{43}; Max-Age=604800; Path=\/api\/auth; .*HttpOnly; Secure; SameSite=Strict$/,
    );
  });

  it('refuses an e-mail that is taken, in any case', async () => {
    const { credentials } = await givenShopper();
    const res = await post('/register', { ...credentials, email: credentials.email.toUpperCase() });
    expect([res.status, await codeOf(res)]).toEqual([409, 'email_taken']);
  });

  it('gives an e-mail to exactly one of many who ask at once', async () => {
    const body = { email: 'race@shop.example', password: 'correct horse' };
    const statuses = await Promise.all(
      Array.from({ length: 8 }, async () => (await post('/register', body)).status),
    );
    expect(statuses.sort()).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
  });

  it.each([
    { email: 'ada', password: 'correct horse' },
    { email: 'ada@shop.example', password: 'nine char' },
    { email: 'ada@shop.example', password: 'QwertyUiop' },
    { email: 'ada@shop.example', password: 'x'.repeat(129) },
    { email: 'ada@shop.example', password: 'correct horse', name: 'a\u0000b' },
    { email: 'a\u0000da@shop.example', password: 'correct horse' },
    { email: 'ada@shop.example', password: 'correct horse', role: 'admin' },
    { email: ['ada@shop.example'], password: 'correct horse' },
  ])('refuses %j', async (body) => {
    const res = await post('/register', body);
    expect([res.status, await codeOf(res)]).toEqual([400, 'invalid_request']);
  });
});

describe('signing in', () => {
  it('works with the e-mail in any case', async () => {
    const { credentials, session } = await givenShopper();
    const res = await post('/login', { ...credentials, email: credentials.email.toLowerCase() });
    expect(res.status).toBe(200);
    expect(((await res.json()) as SessionBody).user).toEqual(session.user);
  });

  it('tells a wrong password and an unknown e-mail apart for nobody', async () => {
    const { credentials } = await givenShopper();
    const wrong = await post('/login', { ...credentials, password: 'wrong' });
    const unknown = await post('/login', { email: 'nobody@shop.example', password: 'wrong' });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(await wrong.json()).toEqual(await unknown.json());
  });

  it('works out a hash for an unknown e-mail as well, so that the time tells nothing', async () => {
    const compared: (string | null)[] = [];
    const service = createAccountService({
      users: createUserRepository({ db: database.db }),
      sessions: { begin: unused },
      passwordTries: NO_TRIES,
      revokedTokens: { revokeUser: unused },
      passwords: {
        hash: () => Promise.resolve(''),
        isOutdated: () => false,
        matches: (_password, hash) => {
          compared.push(hash);
          return Promise.resolve(false);
        },
      },
    });
    await service.login({ email: 'nobody@shop.example', password: 'x' }, '');
    expect(compared).toEqual([null]);
  });

  it('makes today’s hash out of one that was made by scrypt', async () => {
    const { credentials, session } = await givenShopper();
    const key = scryptSync(credentials.password, 'salt', 32, { N: 16, r: 8, p: 1 });
    const old = `scrypt$16$8$1$${Buffer.from('salt').toString('base64url')}$${key.toString('base64url')}`;
    const row = database.db('users').where({ id: session.user.id });
    await row.clone().update({ password_hash: old });
    expect((await post('/login', { ...credentials, password: 'wrong' })).status).toBe(401);
    expect((await row.clone().first<{ password_hash: string }>()).password_hash).toBe(old);
    expect((await post('/login', credentials)).status).toBe(200);
    expect((await row.clone().first<{ password_hash: string }>()).password_hash).toMatch(/^\$argon2id\$/);
    expect((await post('/login', credentials)).status).toBe(200);
  });

  it('is refused to a blocked account whose password is right', async () => {
    const { credentials, session } = await givenShopper();
    await database.db('users').where({ id: session.user.id }).update({ blocked: true });
    const res = await post('/login', credentials);
    expect([res.status, await codeOf(res)]).toEqual([403, 'forbidden']);
    const wrong = await post('/login', { ...credentials, password: 'wrong' });
    expect(wrong.status).toBe(401);
  });
});

describe('a guest', () => {
  it('is a fresh shopper each time, whom nobody can sign in as', async () => {
    const [one, two] = await Promise.all(
      [1, 2].map(async () => {
        const res = await post('/guest', {});
        expect(res.status).toBe(201);
        return (await res.json()) as SessionBody;
      }),
    );
    expect(one!.user.role).toBe('shopper');
    expect(one!.user.id).not.toBe(two!.user.id);
    const res = await post('/login', { email: one!.user.email, password: '' });
    expect(res.status).toBe(400);
    expect((await post('/login', { email: one!.user.email, password: 'x' })).status).toBe(401);
  });

  it('brings no fields', async () => {
    expect((await post('/guest', { role: 'admin' })).status).toBe(400);
  });
});

describe('who am I', () => {
  it('is answered to nobody without a token of ours', async () => {
    const res = await fetch(`${url}/me`);
    expect([res.status, await codeOf(res)]).toEqual([401, 'unauthenticated']);
    expect((await me('a.b.c')).status).toBe(401);
  });

  it('is refused to a user who was blocked since', async () => {
    const { session } = await givenShopper();
    blocked.add(session.user.id);
    const res = await me(session.accessToken);
    expect([res.status, await codeOf(res)]).toEqual([403, 'forbidden']);
  });

  it('names the user as stored now', async () => {
    const { session } = await givenShopper();
    await database.db('users').where({ id: session.user.id }).update({ name: 'Grace' });
    expect(((await (await me(session.accessToken)).json()) as UserBody).name).toBe('Grace');
  });
});
