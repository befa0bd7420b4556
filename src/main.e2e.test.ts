import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { emptyInstance } from './infrastructure/embedded/empty-instance.ts';
import { readInstanceFile, type InstanceFile } from './infrastructure/embedded/instance-file.ts';
import type { ProcessRole } from './infrastructure/embedded/keep-running.ts';
import { isAlive } from './infrastructure/embedded/process-table.ts';
import { startInstance, type TestInstance } from './testing/start-instance.ts';
import { until } from './testing/until.ts';

const startMs = 300_000;
const scripts = (name: string): string => fileURLToPath(new URL(`../scripts/${name}`, import.meta.url));

/** Runs a script of the checkout that is expected to end by itself. */
function runScript(
  args: string[],
  variables: Record<string, string>,
): Promise<{ code: number; stderr: string }> {
  const { NODE_OPTIONS: _jests, ...environment } = process.env;
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: { ...environment, ...variables } }, (error, _stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stderr });
    });
  });
}

describe('an instance', () => {
  /** Of mode 0700, as a home folder often is: PostgreSQL's own user cannot look into it. */
  let home: string;
  let dataDir: string;
  let instance: TestInstance;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'stampede-main-'));
    dataDir = join(home, 'data');
    instance = await start();
  }, startMs);

  afterAll(async () => {
    await instance.stop();
    await emptyInstance(dataDir);
    await rm(home, { recursive: true });
  }, 60_000);

  const start = (): Promise<TestInstance> => startInstance({ DATA_DIR: dataDir, WEB_CONCURRENCY: '2' });

  async function readInstance(): Promise<InstanceFile> {
    const file = await readInstanceFile(dataDir);
    if (!file) throw new Error('There is no instance.json');
    return file;
  }

  async function pidsOf(role: ProcessRole): Promise<number[]> {
    const { processes } = await readInstance();
    return processes.filter((process) => process.role === role).map(({ pid }) => pid);
  }

  async function query(sql: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: (await readInstance()).databaseUrl });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  const untilReady = () =>
    until(async () => (await fetch(`${instance.url}/api/health/ready`)).ok, {
      what: 'ready',
      timeoutMs: 20_000,
    });

  it('tells where it is and which processes it has, to its owner only', async () => {
    const { url, processes } = await readInstance();
    expect(url).toBe(instance.url);
    expect(processes.map(({ role }) => role).sort()).toEqual(
      ['supervisor', 'api', 'api', 'worker', 'redis', 'postgres'].sort(),
    );
    expect(processes.every(({ pid }) => isAlive(pid))).toBe(true);
    expect((await stat(join(dataDir, 'instance.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
  });

  it.each(['api', 'worker', 'redis', 'postgres'] as const)(
    'starts a killed %s process again and gets ready',
    async (role) => {
      const [killed] = await pidsOf(role);
      const count = (await pidsOf(role)).length;
      process.kill(killed!, 'SIGKILL');
      await until(
        async () => {
          const pids = await pidsOf(role);
          return pids.length === count && !pids.includes(killed!) && pids.every(isAlive);
        },
        { what: `${role} runs again`, timeoutMs: 20_000 },
      );
      await untilReady();
    },
    60_000,
  );

  it('refuses a second start on the same folder in one line', async () => {
    const { code, stderr } = await runScript([scripts('start.mjs')], { DATA_DIR: dataDir });
    expect(code).toBe(1);
    expect(stderr.trimEnd()).toMatch(/^An instance runs on .* already \(process \d+\): [^\n]*$/);
  });

  it('refuses a taken port in one line', async () => {
    const { code, stderr } = await runScript([scripts('start.mjs')], {
      DATA_DIR: join(home, 'other'),
      PORT: new URL(instance.url).port,
    });
    expect(code).toBe(1);
    expect(stderr.trimEnd()).toMatch(/^Port \d+ is taken: [^\n]*$/);
  });

  it('refuses a database that does not answer in one line', async () => {
    const { code, stderr } = await runScript([scripts('start.mjs')], {
      DATA_DIR: join(home, 'other'),
      PORT: '0',
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
      REDIS_URL: (await readInstance()).redisUrl,
      JWT_SECRET: 'a secret of the tests, long enough',
    });
    expect(code).toBe(1);
    expect(stderr.trimEnd()).toMatch(/^DATABASE_URL does not answer: [^\n]*$/);
  });

  it('is not emptied while it runs', async () => {
    const { code, stderr } = await runScript([scripts('run.mjs'), 'src/commands/reset'], {
      DATA_DIR: dataDir,
    });
    expect(code).toBe(1);
    expect(stderr).toContain('stop it first');
    await untilReady();
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'leaves no process behind after %s to its supervisor, and keeps its rows',
    async (signal) => {
      await query(`create table if not exists kept_${signal.toLowerCase()} as select 42 as answer`);
      const pids = (await readInstance()).processes.map(({ pid }) => pid);

      process.kill(instance.pid, signal);
      await until(() => !pids.some(isAlive), { what: 'every process is gone', timeoutMs: 15_000 });
      // Removed by an ordered stop only: a killed supervisor cannot.
      expect((await readInstanceFile(dataDir)) === undefined).toBe(signal === 'SIGTERM');

      instance = await start();
      expect(await query(`select answer from kept_${signal.toLowerCase()}`)).toEqual([{ answer: 42 }]);
    },
    startMs,
  );

  it(
    'is empty after a reset',
    async () => {
      await instance.stop();
      const { code } = await runScript([scripts('run.mjs'), 'src/commands/reset'], { DATA_DIR: dataDir });
      expect(code).toBe(0);
      instance = await start();
      expect(await query("select to_regclass('kept_sigterm') as kept")).toEqual([{ kept: null }]);
    },
    startMs,
  );
});
