import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OrderPageBody, Role } from '../../contracts/http.ts';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { ordersCacheKey } from '../../infrastructure/redis/keys.ts';
import { createErrorAnswer } from '../../middleware/answer-errors.ts';
import { createReadThrough, type ReadThrough } from '../../infrastructure/redis/read-through.ts';
import { anIdentity } from '../../testing/an-identity.ts';
import { givenSale, givenShoppers } from '../../testing/test-sale.ts';
import { startTestServices, type TestServices } from '../../testing/test-services.ts';
import type { Authenticate } from '../account/authenticate.ts';
import { createEnforcePolicies } from '../account/enforce-policies.ts';
import type { SaleDetails } from '../sale/sale.model.ts';
import { createOrderRepository } from './order.repository.ts';
import { createOrderRoutes } from './order.routes.ts';

let services: TestServices;
let server: Server;
let url: string;
let sale: SaleDetails;
let readThrough: ReadThrough;
let userId: string;

beforeAll(async () => {
  services = await startTestServices();
  const { db, redis } = services;
  sale = await givenSale({ db });
  readThrough = createReadThrough({ redis });
  const app = express();
  const orderRoutes = createOrderRoutes({
    orders: createOrderRepository({ db }),
    readThrough,
  });
  // The header says who it is: `<user id> <role>`.
  const authenticate: Authenticate = (authorization) => {
    const [id, role] = authorization?.split(' ') ?? [];
    return id === undefined
      ? { ok: false, refusal: { code: 'unauthenticated' } }
      : { ok: true, identity: anIdentity({ userId: id, role: role as Role }) };
  };
  app.use(createEnforcePolicies({ authenticate, isDemo: false }));
  app.use('/api/purchase', orderRoutes);
  app.use(createErrorAnswer({ logger: silentLogger }));
  server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/purchase/user`;
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await services.close();
});
beforeEach(async () => {
  userId = (await givenShoppers(services.db, 1))[0]!;
});

let sequence = 0;
async function givenOrder(createdAt: string): Promise<string> {
  const id = randomUUID();
  const attempt = { id, sale_id: sale.saleId, user_id: userId, quantity: 1 };
  await services.db('purchase_attempts').insert({
    ...attempt,
    sequence: (sequence += 1),
    outcome: 'confirmed',
    admitted_at: createdAt,
  });
  await services.db('orders').insert({
    ...attempt,
    attempt_id: id,
    product_id: sale.product.id,
    unit_price_minor: 4_900,
    currency: 'EUR',
    created_at: createdAt,
  });
  return id;
}

const ask = (query = '', who = `${userId} shopper`) =>
  fetch(`${url}/${userId}${query}`, { headers: { Authorization: who } });
const askPage = async (query = '') => (await (await ask(query)).json()) as OrderPageBody;
const idsOf = ({ orders }: OrderPageBody) => orders.map(({ orderId }) => orderId);

describe("a user's orders", () => {
  it('come newest first, each field named', async () => {
    const older = await givenOrder('2026-01-01T10:00:00Z');
    const newer = await givenOrder('2026-01-01T11:00:00Z');
    const page = await askPage();
    expect(idsOf(page)).toEqual([newer, older]);
    expect(page.orders[1]).toEqual({
      orderId: older,
      attemptId: older,
      saleId: sale.saleId,
      productId: sale.product.id,
      productName: 'Test lamp',
      quantity: 1,
      unitPriceMinor: 4_900,
      currency: 'EUR',
      status: 'confirmed',
      createdAt: '2026-01-01T10:00:00.000Z',
    });
    expect(page.nextCursor).toBeUndefined();
  });

  it('come page by page, none twice and none left out, also those of one instant', async () => {
    const times = [
      '2026-01-01T10:00:00.000001Z',
      '2026-01-01T10:00:00.000002Z',
      '2026-01-01T10:00:00.000002Z',
    ];
    const given = await Promise.all([...times, ...times].map(givenOrder));
    const seen: string[] = [];
    let query = '?limit=2';
    for (let page = 0; page < 3; page += 1) {
      const body = await askPage(query);
      seen.push(...idsOf(body));
      expect(body.nextCursor === undefined).toBe(page === 2);
      query = `?limit=2&cursor=${body.nextCursor ?? ''}`;
    }
    expect([...seen].sort()).toEqual([...given].sort());
  });

  it('are an empty page for a user without any', async () => {
    expect(await askPage()).toEqual({ orders: [] });
  });

  it('are shown to that user, operators and admins only', async () => {
    expect((await ask()).status).toBe(200);
    expect((await ask('', `${randomUUID()} operator`)).status).toBe(200);
    expect((await ask('', `${randomUUID()} admin`)).status).toBe(200);
    expect((await ask('', `${randomUUID()} shopper`)).status).toBe(403);
    expect((await fetch(`${url}/${userId}`)).status).toBe(401);
  });

  it.each([
    '?limit=0',
    '?limit=101',
    '?limit=x',
    '?limit=1.5',
    '?cursor=abc',
    '?cursor=',
    '?page=2',
    '?limit=1&limit=2',
  ])('are refused for %s', async (query) => {
    const res = await ask(query);
    expect(res.status).toBe(400);
    expect(await res.json()).toMatchObject({ code: 'invalid_request' });
  });

  it('are refused for what is no user id, whatever the query claims', async () => {
    const statusFor = async (role: Role) =>
      (await fetch(`${url}/me?userId=${userId}`, { headers: { Authorization: `${userId} ${role}` } })).status;
    expect([await statusFor('shopper'), await statusFor('operator')]).toEqual([403, 400]);
  });
});

describe('the kept first page', () => {
  it('is kept for 5 minutes', async () => {
    await askPage();
    const expiryMs = await services.redis.pttl(ordersCacheKey(userId));
    expect(expiryMs).toBeGreaterThan(290_000);
    expect(expiryMs).toBeLessThanOrEqual(300_000);
  });

  it('is ended by deleting its key', async () => {
    expect((await askPage()).orders).toEqual([]);
    const order = await givenOrder('2026-01-01T10:00:00Z');
    expect((await askPage()).orders).toEqual([]);
    await services.redis.del(ordersCacheKey(userId));
    expect(idsOf(await askPage())).toEqual([order]);
  });

  it('is not kept when the key was deleted while it was read', async () => {
    const stale: OrderPageBody = { orders: [] };
    await readThrough(ordersCacheKey(userId), 300, async () => {
      await services.redis.del(ordersCacheKey(userId)); // a settle was announced in between
      return stale;
    });
    expect(await services.redis.exists(ordersCacheKey(userId))).toBe(0);
  });

  it('is kept by one of two who read it at once, and right for both', async () => {
    const order = await givenOrder('2026-01-01T10:00:00Z');
    const pages = await Promise.all([askPage(), askPage(), askPage()]);
    expect(pages.map(idsOf)).toEqual([[order], [order], [order]]);
    expect(JSON.parse((await services.redis.get(ordersCacheKey(userId)))!)).toEqual(pages[0]);
  });

  it('is read from PostgreSQL while Redis is away', async () => {
    const order = await givenOrder('2026-01-01T10:00:00Z');
    await services.redisServer.stop();
    expect(idsOf(await askPage())).toEqual([order]);
    await services.redisServer.restart({ keepStore: false });
  });
});
