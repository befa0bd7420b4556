import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cluster } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';
import { redisUrls } from './config/redis-urls.ts';
import type { AttemptStatusBody } from './contracts/http.ts';
import type { PreflightBody } from './contracts/live-http.ts';
import { checkInvariants } from './features/purchase/purchase.invariants.ts';
import type { SaleDetails } from './features/sale/sale.model.ts';
import { silentLogger } from './infrastructure/logging/logger.ts';
import { connectRedis } from './infrastructure/redis/connect-redis.ts';
import { findServer } from './infrastructure/redis/find-server.ts';
import { keySlot } from './infrastructure/redis/key-slot.ts';
import { QUEUE_PREFIX, saleKeys } from './infrastructure/redis/keys.ts';
import { addressOf, serverOf, serversOf } from './infrastructure/redis/redis.ts';
import { startTestApi, tokenOf, type TestApi } from './testing/test-api.ts';
import { givenOperator } from './testing/test-operator.ts';
import { anAttempt, startTestPipeline, type TestPipeline } from './testing/test-pipeline.ts';
import { givenSale, givenShoppers } from './testing/test-sale.ts';
import { until } from './testing/until.ts';

let pipeline: TestPipeline;
let api: TestApi;
let shoppers: string[];
/** One for each server of the cluster. */
let sales: SaleDetails[];

const serverWith = (key: string): string => addressOf(serverOf(pipeline.redis, key).options);

beforeAll(async () => {
  pipeline = await startTestPipeline({ isOnCluster: true });
  api = await startTestApi(pipeline);
  shoppers = await givenShoppers(pipeline.db, 2);
  await pipeline.startWorker();
  const byServer = new Map<string, SaleDetails>();
  while (byServer.size < 3) {
    const sale = await givenSale(pipeline, { stock: 1 });
    byServer.set(serverWith(saleKeys(sale.saleId).gate), sale);
  }
  sales = [...byServer.values()];
}, 120_000);
afterAll(async () => {
  await api.close();
  await pipeline.close();
}, 60_000);

/** A page's socket, with what it hears. */
async function listen(shopperId: string) {
  const token = tokenOf(shopperId).slice('Bearer '.length);
  const socket = io(api.url, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    auth: { token },
  });
  const outcomes: AttemptStatusBody[] = [];
  socket.on('purchase:outcome', (body: AttemptStatusBody) => outcomes.push(body));
  await until(() => socket.connected, { what: 'the socket stands' });
  return { socket, outcomes };
}

describe('a Redis Cluster of three masters', () => {
  it('sells what lies on each of them once, tells the outcome on the socket and by asking, and keeps every promise', async () => {
    const [winner, loser] = shoppers as [string, string];
    const { socket, outcomes } = await listen(winner);
    for (const { saleId } of sales) {
      const accepted = await api.attempt(winner, { saleId }, { key: 'wish' });
      expect(accepted.status).toBe(202);
      const refused = await api.attempt(loser, { saleId }, { key: 'wish' });
      expect(refused.problem.code).toBe('sold_out');
      const { attemptId } = accepted.attempt;
      const heard = await until(() => outcomes.find((outcome) => outcome.attemptId === attemptId), {
        what: 'the outcome is heard',
      });
      expect(heard.status).toBe('confirmed');
      const headers = { Authorization: tokenOf(winner) };
      const asked = await api.send(`/api/purchase/status?attemptId=${attemptId}`, { headers });
      expect(asked.attempt).toMatchObject({ saleId, status: 'confirmed', orderId: heard.orderId });
      const again = await api.attempt(winner, { saleId }, { key: 'wish' });
      expect(again.attempt).toMatchObject({ attemptId, status: 'confirmed' });
    }
    socket.disconnect();
    const orders = await api.send(`/api/purchase/user/${winner}`, {
      headers: { Authorization: tokenOf(winner) },
    });
    expect(orders.body).toMatchObject({ orders: sales.map(() => expect.any(Object)) });
    for (const { saleId } of sales)
      expect((await checkInvariants(pipeline, { saleId })).filter(({ ok }) => !ok)).toEqual([]);
  }, 60_000);

  it('is asked by health as a whole: readiness writes to every server', async () => {
    expect((await api.send('/api/health')).status).toBe(200);
    const { checks } = (await api.send('/api/health/ready')).body as { checks: { redis: { ok: boolean } } };
    expect(checks.redis.ok).toBe(true);
    for (const server of serversOf(pipeline.redis))
      expect(await server.keys('health:probe*')).toHaveLength(1);
  });

  it('counts what a limit by address counts', async () => {
    const left = async (): Promise<number> => {
      const { headers } = await api.send('/api/flash-sale');
      return Number(/r=(\d+)/.exec(String(headers.ratelimit))?.[1]);
    };
    const first = await left();
    expect(first).toBeGreaterThan(0);
    expect(await left()).toBe(first - 1);
  });

  it('is paused, looked at and shown to operators whichever server a sale lies on', async () => {
    const operator = await givenOperator(api, pipeline.db);
    for (const { saleId } of sales) {
      expect((await operator.post(`/sales/${saleId}/pause`, { reason: 'a look' })).status).toBe(200);
      await until(async () => (await api.saleStatus(saleId))?.state === 'paused', {
        what: 'the sale is paused',
      });
      const { checks } = (await operator.get(`/sales/${saleId}/preflight`)).body as PreflightBody;
      expect(checks.find(({ id }) => id === 'redis_durability')?.ok).toBe(true);
    }
  });

  it('promises nothing on a server that no longer has the sale, and everything on the one that has it', async () => {
    const sale = await givenSale(pipeline, { stock: 5 });
    const attempt = anAttempt(sale.saleId, shoppers[0]!);
    const ask = () => pipeline.admit(sale.saleId, 1, randomUUID(), [attempt]);
    const gate = pipeline.gate as Cluster;
    const slot = keySlot(saleKeys(sale.saleId).gate);
    const others = gate.slots.map(([server]) => server!).filter((server) => server !== gate.slots[slot]![0]);
    gate.slots[slot] = [others[0]!]; // as before a replica took over
    // Followed to where the sale is, it would be refused there by the gate of epoch 1.
    expect(await ask()).toEqual({ kind: 'closed', epoch: 0 });
    const answered = await until(async () => ((await ask()).kind === 'answered' ? ask() : null), {
      what: 'the table of slots is read anew',
    });
    expect(answered).toMatchObject({ answers: [{ kind: 'known' }] });
    expect(await pipeline.tokens(sale.saleId)).toBe(4);
  });

  it('is followed by what blocks or subscribes, wherever its key goes', async () => {
    const key = 'a key that moves';
    const finder = await findServer(pipeline.redisUrl, key, { logger: silentLogger });
    const connection = finder.connect({});
    try {
      expect(await connection.get(key)).toBeNull(); // MOVED from any but its own server
      const from = serverOf(pipeline.redis, key);
      const others = serversOf(pipeline.redis).filter((server) => server !== from);
      const to = others[0]!;
      const id = (await to.call('CLUSTER', 'MYID')) as string;
      for (const server of [...others, from])
        await server.call('CLUSTER', 'SETSLOT', keySlot(key), 'NODE', id);
      await until(async () => (await connection.get(key)) === null, { what: 'the connection has followed' });
      expect(addressOf(connection.options)).toBe(addressOf(to.options));
    } finally {
      connection.disconnect();
      finder.close();
    }
  });

  it('is not taken for one Redis', async () => {
    const [first = ''] = redisUrls(pipeline.redisUrl);
    const connecting = connectRedis(first, 'store', { logger: silentLogger });
    await expect(connecting).rejects.toThrow('name two of them');
  });

  it('is found whole by one of its servers, written twice', async () => {
    const [first = ''] = redisUrls(pipeline.redisUrl);
    const redis = await connectRedis(`${first},${first}`, 'store', { logger: silentLogger });
    try {
      expect(serversOf(redis)).toHaveLength(3);
    } finally {
      redis.disconnect();
    }
  });

  it('puts a key where its table of slots says', async () => {
    const { redis } = pipeline;
    for (const key of [QUEUE_PREFIX, 'foo', ...sales.map(({ saleId }) => saleKeys(saleId).gate)])
      expect(await redis.cluster('KEYSLOT', key)).toBe(keySlot(key));
  });
});
