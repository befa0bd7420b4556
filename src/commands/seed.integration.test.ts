import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DEMO_SALES } from '../../seeds/demo.ts';
import { createPasswords } from '../features/account/password.ts';
import { saleKeys } from '../infrastructure/redis/keys.ts';
import { startTestServices, type TestServices } from '../testing/test-services.ts';
import { seedDemo } from './seed.ts';

describe('the demo', () => {
  let services: TestServices;
  let dataDir: string;
  beforeAll(async () => {
    services = await startTestServices();
  });
  afterAll(() => services.close());
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'stampede-seed-'));
  });
  afterEach(() => rm(dataDir, { recursive: true }));

  const seed = () => seedDemo({ ...services, dataDir });
  const sales = (name: string) =>
    services
      .db<{ id: string; name: string; starts_at: Date; ends_at: Date }>('flash_sales')
      .where({ name })
      .orderBy('starts_at', 'desc');

  it('has a sale that is open for a day, one that starts in ten minutes and one that ended, all with gates', async () => {
    await seed();
    const [open] = await sales(DEMO_SALES.open.name);
    const [upcoming] = await sales(DEMO_SALES.upcoming.name);
    const [ended] = await sales(DEMO_SALES.ended.name);
    expect(open!.starts_at.getTime()).toBeLessThanOrEqual(Date.now());
    expect(open!.ends_at.getTime() - open!.starts_at.getTime()).toBe(24 * 3_600_000);
    expect(Math.abs(upcoming!.starts_at.getTime() - Date.now() - 600_000)).toBeLessThan(10_000);
    expect(ended!.ends_at.getTime()).toBeLessThan(Date.now());
    for (const sale of [open, upcoming, ended]) {
      expect(await services.redis.hget(saleKeys(sale!.id).gate, 'epoch')).not.toBeNull();
    }
  });

  it('changes nothing at a second start, even when two start at once', async () => {
    await seed();
    const before = await services.db('flash_sales').orderBy('id');
    await Promise.all([seed(), seed()]);
    expect(await services.db('flash_sales').orderBy('id')).toEqual(before);
    expect(await services.db('products')).toHaveLength(1);
  });

  it('makes a new open sale when the last one is sold out, stopped or over, and leaves the old one alone', async () => {
    await seed();
    const [soldOut] = await sales(DEMO_SALES.open.name);
    await services
      .db('stocks')
      .where({ sale_id: soldOut!.id })
      .update({ sold: services.db.ref('total') });
    await seed();
    const [second, first] = await sales(DEMO_SALES.open.name);
    expect([second!.id, first!.id]).toEqual([expect.not.stringContaining(soldOut!.id), soldOut!.id]);
    expect(first).toEqual(soldOut);

    await services.db('flash_sales').where({ id: second!.id }).update({ state: 'stopped' });
    await seed();
    expect(await sales(DEMO_SALES.open.name)).toHaveLength(3);

    const past = new Date(Date.now() - 1_000);
    await services
      .db('flash_sales')
      .where({ name: DEMO_SALES.open.name })
      .update({ starts_at: new Date(0), ends_at: past });
    await seed();
    expect(await sales(DEMO_SALES.open.name)).toHaveLength(4);
  });

  it('renews the coming sale when it has begun', async () => {
    await seed();
    const [begun] = await sales(DEMO_SALES.upcoming.name);
    await services
      .db('flash_sales')
      .where({ id: begun!.id })
      .update({ starts_at: new Date(Date.now() - 1_000) });
    await seed();
    const [upcoming, ...earlier] = await sales(DEMO_SALES.upcoming.name);
    expect(upcoming!.starts_at.getTime()).toBeGreaterThan(Date.now());
    expect(earlier.map(({ id }) => id)).toContain(begun!.id);
  });

  it('keeps one generated password for the operator, readable by the owner only', async () => {
    const first = await seed();
    expect(await seed()).toEqual(first);
    const path = join(dataDir, 'demo-operator.json');
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(first);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const user = await services
      .db('users')
      .where({ email: first.operatorEmail })
      .first<{ role: string; password_hash: string }>();
    expect(user.role).toBe('operator');
    expect(await createPasswords().matches(first.operatorPassword, user.password_hash)).toBe(true);
  });

  it('makes one password when two start at once', async () => {
    await rm(join(dataDir, 'demo-operator.json'), { force: true });
    const [first, second] = await Promise.all([seed(), seed()]);
    expect(second).toEqual(first);
  });

  it('gives the operator a new password when the kept one is lost', async () => {
    const first = await seed();
    await rm(join(dataDir, 'demo-operator.json'));
    const second = await seed();
    expect(second.operatorPassword).not.toBe(first.operatorPassword);
    const user = await services
      .db('users')
      .where({ email: second.operatorEmail })
      .first<{ password_hash: string }>();
    expect(await createPasswords().matches(second.operatorPassword, user.password_hash)).toBe(true);
  });
});
