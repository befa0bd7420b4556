import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import express from 'express';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLogger } from '../infrastructure/logging/logger.ts';
import { startTestRedis, type TestRedis } from '../testing/test-redis.ts';
import { createClientAddress } from './client-address.ts';
import { createRateLimit } from './rate-limit.ts';

let redisServer: TestRedis;
const servers: Server[] = [];

beforeAll(async () => {
  redisServer = await startTestRedis();
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
  await redisServer.redis.flushall();
});
afterAll(() => redisServer.close());

/** One API process with a limit of 3 a minute. */
async function start({ exempt = [], trustProxy = [] }: { exempt?: string[]; trustProxy?: string[] } = {}) {
  const clientAddress = createClientAddress({ trustProxy });
  const { redis } = redisServer;
  const app = express();
  app.use(
    createRateLimit(
      { redis, logger: silentLogger, clientAddress, exempt },
      { name: 'test', limit: 3, windowSec: 60 },
    ),
  );
  app.get('/', (_req, res) => void res.end('fine'));
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  servers.push(server);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return (forwardedFor?: string) =>
    fetch(url, forwardedFor === undefined ? {} : { headers: { 'X-Forwarded-For': forwardedFor } });
}

describe('createRateLimit', () => {
  it('refuses what is beyond the limit, with the wait and the policy', async () => {
    const ask = await start();
    const passed = [await ask(), await ask(), await ask()];
    expect(passed.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(passed[0]!.headers.get('ratelimit')).toMatch(/^"test"; r=2; t=\d+$/);
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ code: 'rate_limited', status: 429 });
    expect(refused.headers.get('ratelimit-policy')).toMatch(/^"test"; q=3; w=60/);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(59);
  });

  it('counts over all processes', async () => {
    const [one, two] = [await start(), await start()];
    const statuses = [(await one()).status, (await two()).status, (await one()).status, (await two()).status];
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  it('lets a forged X-Forwarded-For buy nothing', async () => {
    const ask = await start();
    const statuses = [];
    for (const n of [1, 2, 3, 4]) statuses.push((await ask(`198.51.100.${n}`)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  it('counts the clients behind a trusted proxy apart', async () => {
    const ask = await start({ trustProxy: ['loopback'] });
    for (let n = 0; n < 4; n += 1) await ask('198.51.100.1');
    expect((await ask('198.51.100.1')).status).toBe(429);
    expect((await ask('198.51.100.2')).status).toBe(200);
    expect((await ask('198.51.100.2, 198.51.100.1')).status).toBe(429);
  });

  it('skips exempt addresses', async () => {
    const ask = await start({ exempt: ['loopback'] });
    for (let n = 0; n < 6; n += 1) expect((await ask()).status).toBe(200);
  });

  it('lets everybody pass while Redis is away, and counts again after', async () => {
    const ask = await start();
    await redisServer.stop();
    const away = await start(); // a process that starts just then
    for (let n = 0; n < 5; n += 1) expect([(await ask()).status, (await away()).status]).toEqual([200, 200]);
    await redisServer.restart({ keepStore: false });
    const statuses = [];
    for (const one of [away, away, ask, away]) statuses.push((await one()).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });
});
