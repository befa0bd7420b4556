import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { InvariantBody, SaleListBody } from '../src/contracts/http.ts';
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
          // The counter is there, and 0, from the moment the gate opens.
          return sale && Number(await redis.hget(saleKeys(sale.id).counters, 'admitted')) > 0;
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

  it.each<[string, ...string[]]>([
    ['sold-out', '--stock', '40', '--shoppers', '400'],
    ['mixed-browse-and-buy', '--stock', '20', '--shoppers', '60', '--rate', '150', '--duration', '2'],
    ['one-shopper-many-clicks', '--shoppers', '5'],
    ['retry-storm', '--stock', '60', '--shoppers', '200'],
    ['many-sales', '--stock', '50', '--shoppers', '500', '--sales', '5', '--duration', '4'],
    ['sockets', '--stock', '30', '--shoppers', '100'],
    ['soak', '--stock', '20', '--shoppers', '60', '--rate', '80', '--duration', '3'],
  ])(
    'keeps every promise in scenario %s, in a report that needs nothing else',
    async (scenario, ...settings) => {
      const report = join(instance.dataDir, `${scenario}.html`);
      const result = await stress('--scenario', scenario, ...settings, '--report', report);
      const { ok, drained, unanswered, confirmed, invariants } = result.json();
      const broken = (invariants as InvariantBody[]).filter((invariant) => !invariant.ok);
      expect({ ok, drained, unanswered, broken }).toEqual({
        ok: true,
        drained: true,
        unanswered: 0,
        broken: [],
      });
      expect(confirmed).toBeGreaterThan(0);
      expect(result.exitCode).toBe(0);
      const html = await readFile(report, 'utf8');
      expect(html).toContain(`<h1>${scenario}</h1>`);
      expect(html).toContain('Every promise holds.');
      expect(html).toContain('<polyline');
      expect(html).not.toMatch(/NaN|undefined|<script|<link|<img/);
    },
    60_000,
  );

  it('follows a rate, compares with an earlier run, and ends with 3 when only a threshold is missed', async () => {
    const args = ['--stock', '10', '--shoppers', '60', '--rate', '100'];
    const before = await stress(...args);
    const earlier = join(instance.dataDir, 'earlier.json');
    await writeFile(earlier, before.stdout);
    const result = await stress(...args, '--compare', earlier, '--max-quiet-p99', '1');
    expect(result.exitCode).toBe(3);
    expect(result.json()).toMatchObject({
      ...{ ok: true, confirmed: 10 },
      thresholds: [{ option: '--max-quiet-p99', limit: 1, measured: null, ok: false }],
    });
    expect(result.stderr).toMatch(/answers per second +\d+ +\d+ +\d+\.\d\d/);
  }, 60_000);

  it('leaves no sale of its own open', async () => {
    const response = await fetch(`${instance.url}/api/flash-sale`);
    const { sales } = (await response.json()) as SaleListBody;
    const ours = sales.filter(({ name }) => name.startsWith('Stress: '));
    expect(ours.length).toBeGreaterThan(0);
    expect(ours.filter(({ state }) => state !== 'ended')).toEqual([]);
  });
});
