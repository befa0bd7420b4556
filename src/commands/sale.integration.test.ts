import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAccessTokens } from '../features/account/access-token.ts';
import { silentLogger } from '../infrastructure/logging/logger.ts';
import { connectRedis } from '../infrastructure/redis/connect-redis.ts';
import { CHANNELS, epochKeys, saleDetailsKey, saleKeys } from '../infrastructure/redis/keys.ts';
import { runCommandLine } from '../testing/run-command.ts';
import { givenSale } from '../testing/test-sale.ts';
import { startTestServices, type TestServices } from '../testing/test-services.ts';
import { until } from '../testing/until.ts';

const JWT_SECRET = 'a secret of tests, long enough to sign with';

describe('commands on real services', () => {
  let services: TestServices;
  let folder: string;
  let variables: Record<string, string>;
  beforeAll(async () => {
    services = await startTestServices();
    folder = await mkdtemp(join(tmpdir(), 'stampede-commands-'));
    variables = { DATABASE_URL: services.databaseUrl, REDIS_URL: services.redisUrl, JWT_SECRET };
  });
  afterAll(async () => {
    await services.close();
    await rm(folder, { recursive: true });
  });

  const sale = (...args: string[]) => runCommandLine('sale', args, variables);
  const shoppers = (...args: string[]) => runCommandLine('shoppers', args, variables);

  it('makes a sale whose gate is open and tells every process', async () => {
    const heard: string[] = [];
    const subscriber = await connectRedis(services.redisUrl, 'subscriber', { logger: silentLogger });
    await subscriber.subscribe(CHANNELS.saleChanged);
    subscriber.on('message', (_channel, saleId) => heard.push(saleId));
    const made = await sale(
      'create',
      '--stock',
      '25',
      '--limit',
      '2',
      '--ends-in',
      '60',
      '--name',
      'Night run',
      '--json',
    );
    expect(made.exitCode).toBe(0);
    const { saleId, productId, stockId } = made.json() as Record<'saleId' | 'productId' | 'stockId', string>;
    const gate = await services.redis.hgetall(saleKeys(saleId).gate);
    expect(gate).toMatchObject({ stockId, total: '25', limit: '2', state: 'active' });
    expect(Number(gate.startsAt)).toBeLessThanOrEqual(Date.now());
    expect(await services.redis.get(epochKeys(saleId, 1).tokens)).toBe('25');
    expect(await services.db('flash_sales').where({ id: saleId }).first()).toMatchObject({
      product_id: productId,
      name: 'Night run',
    });
    await until(() => heard.includes(saleId));
    subscriber.disconnect();
  });

  it('pauses, resumes and stops a sale at its gate, in PostgreSQL and in the audit log', async () => {
    const { saleId } = await givenSale(services);
    await services.redis.set(saleDetailsKey(saleId), 'what it was before');
    for (const [verb, state] of [
      ['pause', 'paused'],
      ['resume', 'active'],
      ['stop', 'stopped'],
    ] as const) {
      expect(await sale(verb, saleId)).toMatchObject({ exitCode: 0, stdout: `${saleId} is ${state}\n` });
      expect(await services.redis.hget(saleKeys(saleId).gate, 'state')).toBe(state);
      expect(await services.db('flash_sales').where({ id: saleId }).first()).toMatchObject({ state });
    }
    expect(await services.redis.exists(saleDetailsKey(saleId))).toBe(0);
    const actions = await services
      .db<{ action: string; subject: string }>('audit_log')
      .where({ subject: `sale:${saleId}` })
      .orderBy('id');
    expect(actions.map(({ action }) => action)).toEqual(['sale.pause', 'sale.resume', 'sale.stop']);
    expect(await sale('resume', saleId)).toMatchObject({
      exitCode: 1,
      stderr: `Sale ${saleId} is stopped for good and cannot resume.\n`,
    });
  });

  it('lists the sales with what is sold and left', async () => {
    const { saleId } = await givenSale(services, { stock: 12 });
    const listed = await sale('list', '--json');
    expect(listed.json().sales).toContainEqual(
      expect.objectContaining({ saleId, state: 'open', total: 12, sold: 0, remaining: 12 }),
    );
  });

  it.each<[string[], string]>([
    [['create'], '--stock is missing'],
    [['create', '--stock', 'many'], "--stock must be a whole number from 0 to 10000000, not 'many'"],
    [
      ['create', '--stock', '5', '--opens-in', '9', '--ends-in', '9'],
      '--ends-in must be more than --opens-in',
    ],
    [['create', '--stock', '5', '--price', '9'], "Unknown option '--price'"],
    [['pause'], 'sale pause wants the id of a sale'],
    [['pause', 'x'], "'x' is not the id of a sale"],
    [['sell'], "sale knows create, list, pause, resume and stop, not 'sell'"],
  ])('refuses `sale %j` in one line with exit code 2', async (args, reason) => {
    const { exitCode, stderr } = await sale(...args);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: `${reason} (see: npm run sale -- --help)\n`,
    });
  });

  it('says that a sale is not there, and that Redis does not answer, with exit code 1', async () => {
    const id = randomUUID();
    expect(await sale('pause', id)).toMatchObject({ exitCode: 1, stderr: `There is no sale ${id}.\n` });
    const away = await runCommandLine('sale', ['list'], {
      ...variables,
      REDIS_URL: 'redis://:secret@127.0.0.1:9',
    });
    expect(away.exitCode).toBe(1);
    expect(away.stderr).toMatch(/^Redis at 127\.0\.0\.1:9 does not answer.*\n$/);
  });

  it('shows its flags', async () => {
    const { exitCode, stdout } = await sale('--help');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('--stock N');
  });

  it('writes shoppers whose tokens the API takes, in a file of their owner', async () => {
    const file = join(folder, 'shoppers.tsv');
    await writeFile(file, 'something older', { mode: 0o644 });
    expect(await shoppers('--count', '50', '--out', file)).toMatchObject({ exitCode: 0 });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    expect(lines).toHaveLength(50);
    const tokens = createAccessTokens({ secret: JWT_SECRET });
    for (const line of lines) {
      const [userId, accessToken] = line.split('\t');
      expect(tokens.verify(`Bearer ${accessToken}`)).toMatchObject({ userId, role: 'shopper' });
    }
    const ids = lines.map((line) => line.slice(0, 36));
    expect(await services.db('users').whereIn('id', ids)).toHaveLength(50);
  });

  it('leaves no file behind when the shoppers cannot be made', async () => {
    const empty = await mkdtemp(join(folder, 'empty-'));
    const result = await runCommandLine('shoppers', ['--count', '5', '--out', join(empty, 'out.tsv')], {
      ...variables,
      DATABASE_URL: 'postgres://nobody@127.0.0.1:9/nothing',
    });
    expect(result.exitCode).toBe(1);
    expect(await readdir(empty)).toEqual([]);
    const nowhere = await shoppers('--count', '5', '--out', join(empty, 'no', 'such', 'folder.tsv'));
    expect(nowhere.exitCode).toBe(1);
    expect(nowhere.stderr).toMatch(/cannot be written/);
  });
});
