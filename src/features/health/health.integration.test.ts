import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HealthBody } from '../../contracts/http.ts';
import { until } from '../../testing/until.ts';
import { createDatabase } from '../../infrastructure/postgres/database.ts';
import { startTestServices, type TestServices } from '../../testing/test-services.ts';
import { createHealth } from './check-health.ts';
import { createHealthRoutes } from './health.routes.ts';

let services: TestServices;
let server: Server;
let url: string;
let state: { client: boolean; queue: () => Promise<boolean>; gates: boolean; worker: boolean };

beforeAll(async () => {
  services = await startTestServices();
  const health = createHealth({
    db: services.db,
    redis: services.redis,
    version: '1.2.3',
    commit: 'abc',
    isQueueOk: () => state.queue(),
    isClientBuilt: () => state.client,
    areGatesWarm: () => Promise.resolve(state.gates),
    isWorkerAlive: () => Promise.resolve(state.worker),
    timeoutMs: 500,
  });
  const app = express();
  app.use('/api/health', createHealthRoutes({ health }));
  server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/health`;
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await services.close();
});
beforeEach(() => {
  state = { client: true, queue: () => Promise.resolve(true), gates: true, worker: true };
});

async function ask(path: string) {
  const res = await fetch(url + path);
  return { status: res.status, body: (await res.json()) as HealthBody };
}
const writtenAt = async () =>
  (await services.db('health_probe').first<{ written_at: Date } | undefined>())?.written_at.getTime() ?? 0;

describe('health', () => {
  it('names the build and how long each store took', async () => {
    const { status, body } = await ask('');
    expect(status).toBe(200);
    const fine = { ok: true, latencyMs: expect.any(Number) };
    expect(body).toEqual({
      status: 'ok',
      version: '1.2.3',
      commit: 'abc',
      checks: { postgres: fine, redis: fine, queue: fine },
    });
  });

  it('does not wait for a check that hangs', async () => {
    state.queue = () => new Promise(() => undefined);
    const { status, body } = await ask('');
    expect(status).toBe(503);
    expect(body.checks.queue).toMatchObject({ ok: false, detail: 'no answer within 500 ms' });
  });

  it('says that a check failed, and not how', async () => {
    state.queue = () => Promise.reject(new Error('redis://:hunter2@10.0.0.7 refused'));
    const { body } = await ask('');
    expect(body).toMatchObject({ status: 'unavailable', checks: { queue: { ok: false, detail: 'failed' } } });
  });
});

describe('readiness', () => {
  it('writes to both stores', async () => {
    await services.redis.del('health:probe');
    expect((await ask('/ready')).status).toBe(200);
    const first = await writtenAt();
    expect(await services.redis.exists('health:probe')).toBe(1);
    expect((await ask('/ready')).status).toBe(200);
    expect(await writtenAt()).toBeGreaterThan(first);
  });

  it.each(['client', 'gates', 'worker'] as const)('is refused without its %s', async (part) => {
    state[part] = false;
    const { status, body } = await ask('/ready');
    expect(status).toBe(503);
    expect(body.checks[part]).toMatchObject({ ok: false, detail: 'not yet' });
  });

  it('is refused when PostgreSQL answers but takes no writes', async () => {
    await services.db.raw('alter table health_probe rename to health_probe_away');
    const ready = await ask('/ready');
    const health = await ask('');
    await services.db.raw('alter table health_probe_away rename to health_probe');
    expect([ready.status, ready.body.checks.postgres.ok]).toEqual([503, false]);
    expect(health.status).toBe(200);
  });
});

describe('while a store answers PING but takes no writes', () => {
  it('a Redis whose memory is full makes readiness red, and live and health stay', async () => {
    await services.redis.config('SET', 'maxmemory', '1');
    const [ready, health, live] = [await ask('/ready'), await ask(''), await ask('/live')];
    await services.redis.config('SET', 'maxmemory', '0');
    expect([ready.status, ready.body.checks.redis]).toEqual([
      503,
      { ok: false, latencyMs: expect.any(Number), detail: 'failed' },
    ]);
    expect([health.status, live.status]).toEqual([200, 200]);
    expect((await ask('/ready')).status).toBe(200);
  });

  it('a PostgreSQL that is read-only makes readiness red, and it comes back by itself', async () => {
    const url = services.directDatabaseUrl;
    const operator = createDatabase({ url, poolSize: 1, applicationName: 'operator' });
    const { rows } = await operator.raw<{ rows: { name: string }[] }>('select current_database() as name');
    const setReadOnly = async (isReadOnly: boolean): Promise<void> => {
      await operator.raw(
        `alter database "${rows[0]!.name}" set default_transaction_read_only = ${isReadOnly}`,
      );
      // In force for new connections: the pool finds its old ones closed.
      await operator.raw(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()`,
      );
    };
    await setReadOnly(true);
    await until(async () => (await ask('')).status === 200, { what: 'PostgreSQL answers' });
    const refused = await ask('/ready');
    await setReadOnly(false);
    await operator.destroy();
    expect([refused.status, refused.body.checks.postgres.ok]).toEqual([503, false]);
    await until(async () => (await ask('/ready')).status === 200, { what: 'it is ready again' });
  });
});

describe('while Redis is away', () => {
  beforeAll(() => services.redisServer.stop());
  afterAll(() => services.redisServer.restart({ keepStore: false }));

  it('health and readiness are refused, and the process still lives', async () => {
    const health = await ask('');
    expect([health.status, health.body.checks.redis.ok, health.body.checks.postgres.ok]).toEqual([
      503,
      false,
      true,
    ]);
    expect((await ask('/ready')).status).toBe(503);
    const live = await ask('/live');
    expect([live.status, live.body.status, live.body.checks.redis.ok]).toEqual([200, 'ok', false]);
  });
});
