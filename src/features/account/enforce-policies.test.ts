import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import express, { Router } from 'express';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Role } from '../../contracts/http.ts';
import { isOpen, mayUse, PERMISSIONS, POLICIES, type Policy } from '../../contracts/policies.ts';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { createErrorAnswer } from '../../middleware/answer-errors.ts';
import { anIdentity } from '../../testing/an-identity.ts';
import { createEnforcePolicies, identityOf } from './enforce-policies.ts';

const ROLES: Role[] = ['shopper', 'operator', 'admin'];
const ada = 'aaaaaaaa-9a4c-4a0e-8f67-2f8d2f1c9b10';
const bob = 'bbbbbbbb-9a4c-4a0e-8f67-2f8d2f1c9b10';

/** Routes that are mounted whether or not they have a policy. */
const policies: Record<string, Policy> = {
  'GET /open': 'anyone',
  'GET /mine': 'signed-in',
  'POST /mine': 'purchase:attempt',
  'GET /figures': 'stats:read',
  'GET /orders/:userId': 'owner-or-orders:read',
  'GET /tree/*': 'stats:read',
  'GET /both/:id': 'anyone',
  'GET /both/shut': 'stats:read',
  'GET /twice/:id': 'signed-in',
  'GET /twice/shut': 'stats:read',
};
const servers: Server[] = [];
let shop: string;
let demo: string;

async function start(isDemo: boolean): Promise<string> {
  const router = Router();
  router.use(
    createEnforcePolicies({
      isDemo,
      policies,
      // The header says who it is: `<user id> <role>`.
      authenticate: (authorization) => {
        const [userId, role] = authorization?.split(' ') ?? [];
        return userId === undefined
          ? { ok: false, refusal: { code: 'unauthenticated' } }
          : { ok: true, identity: anIdentity({ userId, role: role as Role }) };
      },
    }),
  );
  router.get('/mine', (_req, res) => void res.json(identityOf(res)));
  router.get('/open', (_req, res) => void res.json(identityOf(res)));
  router.use((_req, res) => void res.send('reached'));
  const app = express().use(router);
  app.use(createErrorAnswer({ logger: silentLogger }));
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  shop = await start(false);
  demo = await start(true);
});
afterAll(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

const statusOf = async (path: string, who?: string, method = 'GET', url = shop) =>
  (await fetch(url + path, { method, headers: who === undefined ? {} : { Authorization: who } })).status;
const statusesOf = (path: string, method?: string, url?: string) =>
  Promise.all(
    [undefined, ...ROLES.map((role) => `${bob} ${role}`)].map((who) => statusOf(path, who, method, url)),
  );

describe('the check of policies', () => {
  it('lets nobody, shoppers, operators and admins where their row says', async () => {
    expect(await statusesOf('/mine')).toEqual([401, 200, 200, 200]);
    expect(await statusesOf('/mine', 'POST')).toEqual([401, 200, 403, 403]);
    expect(await statusesOf('/figures')).toEqual([401, 403, 200, 200]);
    expect(await statusesOf('/tree')).toEqual([401, 403, 200, 200]);
    expect(await statusesOf('/tree/a/b')).toEqual([401, 403, 200, 200]);
    expect(await statusesOf('/figures', 'GET', demo)).toEqual([200, 200, 200, 200]);
  });

  it('never reaches a route that has no row, nor a method that has none', async () => {
    expect(await statusesOf('/forgotten')).toEqual([404, 404, 404, 404]);
    expect(await statusesOf('/figures', 'DELETE')).toEqual([404, 404, 404, 404]);
    expect(await statusesOf('/treehouse')).toEqual([404, 404, 404, 404]);
  });

  it('is not slipped past by another spelling of a path', async () => {
    for (const path of ['/FIGURES', '/figures/', '/Tree/x', '/figures?x=/open']) {
      expect([path, await statusOf(path)]).toEqual([path, 401]);
    }
    for (const path of ['//figures', '/figures//', '/%66igures']) {
      expect([path, await statusOf(path, `${ada} admin`)]).toEqual([path, 404]);
    }
    expect(await statusOf('/figures', undefined, 'HEAD')).toBe(401);
  });

  it('gives what is a user’s own to that user and to whoever has the permission', async () => {
    expect(await statusOf(`/orders/${ada}`, `${ada} shopper`)).toBe(200);
    expect(await statusOf(`/orders/${ada.toUpperCase()}`, `${ada} shopper`)).toBe(200);
    expect(await statusOf(`/orders/${ada}`, `${bob} shopper`)).toBe(403);
    expect(await statusOf(`/orders/${ada}`, `${bob} operator`)).toBe(200);
    expect(await statusOf('/orders/%zz', `${ada} shopper`)).toBe(400);
  });

  it('asks for all of the rows that match', async () => {
    expect(await statusesOf('/both/other')).toEqual([200, 200, 200, 200]);
    expect(await statusesOf('/both/shut')).toEqual([401, 403, 200, 200]);
    expect(await statusesOf('/twice/other')).toEqual([401, 200, 200, 200]);
    expect(await statusesOf('/twice/shut')).toEqual([401, 403, 200, 200]);
  });

  it('hands the identity on, and none where nobody was asked', async () => {
    const res = await fetch(`${shop}/mine`, { headers: { Authorization: `${ada} shopper` } });
    expect(await res.json()).toMatchObject({ userId: ada, role: 'shopper' });
    expect(await statusOf('/open', `${ada} shopper`)).toBe(500);
  });
});

describe('the table of policies', () => {
  it('uses every permission there is', () => {
    const used = Object.values(POLICIES).map((policy) => policy.replace('owner-or-', ''));
    expect(Object.keys(PERMISSIONS).filter((permission) => !used.includes(permission))).toEqual([]);
  });

  it('opens nothing under /api/admin to anyone, signed in or a shopper', () => {
    const rows = Object.entries(POLICIES).filter(([route]) => route.includes(' /api/admin'));
    const tooOpen = rows.filter(
      ([, policy]) => isOpen(policy, { isDemo: true }) || mayUse(policy, { role: 'shopper', isOwner: true }),
    );
    expect(tooOpen).toEqual([]);
  });
});
