import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { SaleDetails } from '../../src/features/sale/sale.model.ts';
import { findFreePort } from '../../src/infrastructure/embedded/ports.ts';
import { TEST_JWT_SECRET } from '../../src/testing/test-api.ts';
import { givenSale, givenShoppers } from '../../src/testing/test-sale.ts';
import { startTestServices, type TestServices } from '../../src/testing/test-services.ts';
import { until } from '../../src/testing/until.ts';
import { expectWholeDrop, playDrop } from './play-drop.ts';

const STOCK = 500;
const SHOPPERS = 1_500;
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

let services: TestServices;
let sale: SaleDetails;
let shoppers: string[];
let home: string;
let port: number;

beforeEach(async () => {
  services = await startTestServices();
  sale = await givenSale(services, { stock: STOCK });
  shoppers = await givenShoppers(services.db, SHOPPERS);
  home = await mkdtemp(join(tmpdir(), 'stampede-pm2-'));
  port = await findFreePort();
}, 60_000);
afterEach(async () => {
  await pm2('kill');
  await services.close();
  await rm(home, { recursive: true, force: true });
}, 60_000);

async function pm2(...args: string[]): Promise<string> {
  const { NODE_OPTIONS: _jests, ...environment } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, [process.env.TEST_PM2!, ...args], {
    cwd: ROOT,
    env: {
      ...environment,
      NODE_ENV: 'production',
      PM2_HOME: home,
      PORT: String(port),
      DATABASE_URL: services.databaseUrl,
      REDIS_URL: services.redisUrl,
      JWT_SECRET: TEST_JWT_SECRET,
      ADDRESS_LIMIT_EXEMPT: 'loopback',
    },
    // Less than pm2 waits for a process that never says that it is ready (listen_timeout).
    timeout: 150_000,
  });
  return stdout;
}

interface Listed {
  name: string;
  pid: number;
  pm2_env: { status: string; exec_mode: string; restart_time: number };
}

async function list(): Promise<Listed[]> {
  const text = await pm2('jlist');
  return JSON.parse(text.slice(text.indexOf('['))) as Listed[];
}

describe('pm2 with ecosystem.config.js', () => {
  it('reloads every process in the middle of a drop without one failed request', async () => {
    await pm2('start', 'ecosystem.config.js');
    const before = await list();
    expect(before.map(({ pm2_env: { status } }) => status)).toEqual(before.map(() => 'online'));
    expect(new Set(before.map(({ name, pm2_env }) => `${name} ${pm2_env.exec_mode}`))).toEqual(
      new Set(['stampede-api cluster_mode', 'stampede-worker fork_mode']),
    );
    const url = `http://127.0.0.1:${port}`;
    await until(async () => (await fetch(`${url}/api/health/ready`)).ok, {
      what: 'ready',
      timeoutMs: 60_000,
    });

    let reload: Promise<string> | undefined;
    let isReloading = false;
    const answered = (count: number): void => {
      if (count !== STOCK / 4) return;
      isReloading = true;
      reload = pm2('reload', 'ecosystem.config.js').finally(() => (isReloading = false));
    };
    const answers = await playDrop({ url, sale, shoppers, answered, goOn: () => isReloading });
    await reload;
    await expectWholeDrop(services, { sale, stock: STOCK, answers });
    const after = await list();
    expect(after.map(({ pm2_env: { status } }) => status)).toEqual(before.map(() => 'online'));
    const oldPids = new Set(before.map(({ pid }) => pid));
    expect(after.filter(({ pid }) => oldPids.has(pid))).toEqual([]);
  }, 300_000);
});
