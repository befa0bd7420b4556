import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { migrate } from '../postgres/migrate.ts';
import { emptyInstance } from './empty-instance.ts';
import { prepareEmbeddedPostgres } from './postgres.ts';
import { isAlive, signal } from './process-table.ts';
import { prepareEmbeddedRedis } from './redis.ts';
import type { SupervisedProcess } from './tethered-process.ts';

const ignore = (): void => undefined;

describe('the embedded services', () => {
  let dataDir: string;
  const running: SupervisedProcess[] = [];

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'stampede-embedded-'));
  });

  afterAll(async () => {
    for (const server of running) server.stop();
    await Promise.all(running.map(({ exited }) => exited));
    await emptyInstance(dataDir);
    await rm(dataDir, { recursive: true });
  });

  async function startPostgres() {
    const service = await prepareEmbeddedPostgres({ dataDir, onLine: ignore });
    const server = await service.start();
    running.push(server);
    return { service, server };
  }

  async function startRedis() {
    const service = await prepareEmbeddedRedis({ dataDir, onLine: ignore, onProgress: ignore });
    const server = await service.start();
    running.push(server);
    return { service, server };
  }

  async function ask(url: string, sql: string): Promise<Record<string, string>> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, string>>(sql)).rows[0] ?? {};
    } finally {
      await client.end();
    }
  }

  it('stop a PostgreSQL that was left running on the cluster, and keep its rows', async () => {
    const first = await startPostgres();
    await ask(first.service.url, 'create table kept as select 42 as answer');
    const second = await startPostgres();
    expect(isAlive(first.server.pid)).toBe(false);
    expect(await ask(second.service.url, 'select answer::text from kept')).toEqual({ answer: '42' });
  }, 60_000);

  it('run PostgreSQL so that a commit survives a crash, and answer this machine only', async () => {
    const { service } = await startPostgres();
    const settings = await ask(
      service.url,
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commits,
              current_setting('listen_addresses') as addresses`,
    );
    expect(settings).toEqual({ fsync: 'on', commits: 'on', addresses: '127.0.0.1' });
    const withoutPassword = service.url.replace(/:[^:@/]+@/, ':wrong@');
    await expect(ask(withoutPassword, 'select 1')).rejects.toThrow('password authentication failed');
  }, 60_000);

  it('give the application an account that can neither rewrite nor empty what is append-only', async () => {
    const { service } = await startPostgres();
    await migrate(service.url);
    expect(
      await ask(service.url, 'select rolsuper::text as super from pg_roles where rolname = current_user'),
    ).toEqual({
      super: 'false',
    });
    await ask(service.url, `insert into audit_log (action, subject) values ('test', 'nothing')`);
    for (const table of ['audit_log', 'stock_movements']) {
      for (const sql of [`update ${table} set at = now()`, `delete from ${table}`, `truncate ${table}`]) {
        await expect(ask(service.url, sql)).rejects.toThrow(`permission denied for table ${table}`);
      }
      // The triggers stay for whoever has the rights.
      const admin = service.adminUrl.replace(/postgres$/, 'stampede');
      await expect(ask(admin, `delete from ${table}`)).rejects.toThrow('append-only');
      await expect(ask(admin, `truncate ${table} cascade`)).rejects.toThrow('append-only');
    }
  }, 60_000);

  it('give a cluster that the superuser owned to that account, with what is in it', async () => {
    const { service } = await startPostgres();
    const admin = service.adminUrl.replace(/postgres$/, 'stampede');
    await ask(admin, 'create table old (n integer generated always as identity)');
    await ask(service.adminUrl, 'alter database stampede owner to stampede');
    const again = await startPostgres();
    expect(await ask(again.service.url, 'insert into old default values returning n::text')).toEqual({
      n: '1',
    });
    await ask(again.service.url, 'alter table old add column more text');
  }, 60_000);

  it('start PostgreSQL again at the same address after a kill, with what was committed', async () => {
    const { service, server } = await startPostgres();
    await ask(service.url, 'create table committed as select 1 as one');
    signal(server.pid, 'SIGKILL');
    await server.exited;
    // The killed server's own children may take an instant to notice: the supervisor tries again, so do we.
    let again: SupervisedProcess | undefined;
    for (let tries = 0; !again && tries < 50; tries += 1)
      again = await service.start().catch(() => undefined);
    running.push(again!);
    expect(await ask(service.url, 'select one::text from committed')).toEqual({ one: '1' });
  }, 60_000);

  it('stop a Redis that was left running on the folder, and keep what it holds', async () => {
    const first = await startRedis();
    const writer = new Redis(first.service.url);
    await writer.set('kept', '42');
    writer.disconnect();
    const second = await startRedis();
    expect(isAlive(first.server.pid)).toBe(false);
    const reader = new Redis(second.service.url);
    expect(await reader.get('kept')).toBe('42');
    expect(await reader.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    expect(await reader.config('GET', 'append*')).toEqual(
      expect.arrayContaining(['appendonly', 'yes', 'appendfsync', 'everysec']),
    );
    reader.disconnect();
  }, 60_000);
});
