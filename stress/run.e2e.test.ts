import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readInstanceFile } from '../src/infrastructure/embedded/instance-file.ts';
import type { ProcessRole } from '../src/infrastructure/embedded/keep-running.ts';
import { runCommandLine } from '../src/testing/run-command.ts';
import { startInstance, type TestInstance } from '../src/testing/start-instance.ts';
import { saleKeys } from '../src/infrastructure/redis/keys.ts';
import { connectRedis } from '../src/infrastructure/redis/connect-redis.ts';
import { silentLogger } from '../src/infrastructure/logging/logger.ts';
import { createDatabase } from '../src/infrastructure/postgres/database.ts';
import { until } from '../src/testing/until.ts';

describe('a crowd at a whole instance', () => {
  let instance: TestInstance;
  beforeAll(async () => {
    instance = await startInstance({ WEB_CONCURRENCY: '2' });
  }, 300_000);
  afterAll(() => instance.stop(), 60_000);

  const stress = (...args: string[]) =>
    runCommandLine('stress/run', [...args, '--json'], { DATA_DIR: instance.dataDir });

  const processes = async (role: ProcessRole): Promise<number[]> => {
    const file = await readInstanceFile(instance.dataDir);
    return (file?.processes ?? []).flatMap((one) => (one.role === role ? [one.pid] : []));
  };

  /** Ends one process of a role once the newest sale has admitted somebody. */
  async function killDuring(role: ProcessRole, name: string): Promise<void> {
    const file = (await readInstanceFile(instance.dataDir))!;
    const db = createDatabase({ url: file.databaseUrl, poolSize: 1, applicationName: 'stampede-test' });
    const redis = await connectRedis(file.redisUrl, 'store', { logger: silentLogger });
    const [pid] = await processes(role);
    try {
      await until(
        async () => {
          const sale = await db('flash_sales').where({ name }).first<{ id: string } | undefined>('id');
          return sale && (await redis.hget(saleKeys(sale.id).counters, 'admitted')) !== null;
        },
        { timeoutMs: 60_000, everyMs: 5, what: 'the sale has begun' },
      );
    } finally {
      redis.disconnect();
      await db.destroy();
    }
    process.kill(pid!, 'SIGKILL');
  }

  // A stock of its own for each, so that the sale of the run can be told by its name.
  it.each<[ProcessRole, number]>([
    ['api', 301],
    ['worker', 302],
    ['redis', 303],
    ['postgres', 304],
  ])(
    'is sold exactly the stock although a process of role %s is killed in the middle',
    async (role, stock) => {
      const running = stress('--stock', String(stock), '--shoppers', '1500');
      const killing = killDuring(role, `Stress: drop of ${stock}`);
      const [result] = await Promise.all([running, killing]);
      const { ok, confirmed, invariants } = result.json();
      expect({ ok, confirmed, broken: (invariants as { ok: boolean }[]).filter((one) => !one.ok) }).toEqual({
        ok: true,
        confirmed: stock,
        broken: [],
      });
      expect(result.exitCode).toBe(0);
    },
    120_000,
  );
});
