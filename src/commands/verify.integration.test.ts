import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCommandLine } from '../testing/run-command.ts';
import { anAttempt, startTestPipeline, type TestPipeline } from '../testing/test-pipeline.ts';
import { givenSale, givenShoppers } from '../testing/test-sale.ts';

describe('verify and prune', () => {
  let pipeline: TestPipeline;
  let folder: string;
  let variables: Record<string, string>;
  beforeAll(async () => {
    pipeline = await startTestPipeline();
    folder = await mkdtemp(join(tmpdir(), 'stampede-verify-'));
    variables = { DATABASE_URL: pipeline.databaseUrl, REDIS_URL: pipeline.redisUrl };
  });
  afterAll(async () => {
    await pipeline.close();
    await rm(folder, { recursive: true });
  });

  const verify = (...args: string[]) => runCommandLine('verify', args, variables);

  it('waits for the drain, prints each promise of each sale, and exits with 1 once one is broken', async () => {
    const sale = await givenSale(pipeline, { stock: 5 });
    const shoppers = await givenShoppers(pipeline.db, 8);
    const running = verify('--json'); // before anything is settled
    await pipeline.accept(
      sale,
      shoppers.map((shopper) => anAttempt(sale.saleId, shopper)),
    );
    await pipeline.startWorker();
    const result = await running;
    expect(result).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('Every promise holds.') });
    expect(result.json()).toMatchObject({
      ok: true,
      drained: true,
      broken: 0,
      sales: [{ saleId: sale.saleId }],
    });

    await pipeline.db('stock_movements').insert({ stock_id: sale.stockId, delta: 1, cause: 'operator' });
    const broken = await verify('--sale', sale.saleId);
    expect(broken.exitCode).toBe(1);
    expect(broken.stdout).toMatch(/^ {2}BROKEN {2}I9 .*$/m);
    expect(broken.stdout).toMatch(/^ {2}ok {6}I1 .*$/m);
  });

  it('reads what clients saw, and names the line it cannot read', async () => {
    const sale = await givenSale(pipeline);
    const journal = join(folder, 'journal');
    const lost = {
      t: 1,
      userId: randomUUID(),
      saleId: sale.saleId,
      httpStatus: 202,
      attemptId: randomUUID(),
    };
    await writeFile(journal, `${JSON.stringify(lost)}\n`);
    const result = await verify('--sale', sale.saleId, '--journal', journal);
    expect(result.exitCode).toBe(1);
    expect(result.stdout).toMatch(/BROKEN {2}I3 {3}1 attempts accepted .* 1 without an outcome/);
    expect(result.stdout).toContain(`line 1: ${JSON.stringify(lost)}\n`);
    await writeFile(journal, '{}');
    expect(await verify('--journal', journal)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('journal, line 1: `t` must be epoch milliseconds'),
    });
  });

  it('says that a sale is not there', async () => {
    const id = randomUUID();
    expect(await verify('--sale', id)).toMatchObject({ exitCode: 1, stderr: `There is no sale ${id}.\n` });
  });

  it('prunes rejected attempts and keys of past sales and expired tokens, never an order', async () => {
    const { db } = pipeline;
    const [past, recent] = [await givenSale(pipeline), await givenSale(pipeline)];
    const [shopper] = await givenShoppers(db, 1);
    for (const { saleId, product } of [past, recent]) {
      const [won, lost] = [randomUUID(), randomUUID()];
      const row = { sale_id: saleId, user_id: shopper, quantity: 1, admitted_at: new Date() };
      await db('purchase_attempts').insert([
        { ...row, id: won, sequence: 1, idempotency_key: 'a', outcome: 'confirmed' },
        { ...row, id: lost, sequence: 2, idempotency_key: 'b', outcome: 'rejected', reason: 'sold_out' },
      ]);
      await db('orders').insert({
        ...{ id: randomUUID(), attempt_id: won, sale_id: saleId, product_id: product.id, user_id: shopper },
        ...{ quantity: 1, unit_price_minor: 1, currency: 'EUR' },
      });
    }
    const longAgo = new Date(Date.now() - 31 * 24 * 3_600_000);
    await db('flash_sales')
      .where({ id: past.saleId })
      .update({ starts_at: new Date(0), ends_at: longAgo });
    const token = { user_id: shopper, family: randomUUID() };
    await db('refresh_tokens').insert([
      { ...token, token_hash: 'old', expires_at: longAgo },
      { ...token, token_hash: 'new', expires_at: new Date() },
    ]);
    const asked = { actor_id: shopper, fingerprint: 'of a change' };
    await db('operator_requests').insert([
      { ...asked, key: 'old', created_at: longAgo },
      { ...asked, key: 'new' },
    ]);
    const removed = { expiredRefreshTokens: 1, rejectedAttempts: 1, idempotencyKeys: 1, operatorRequests: 1 };

    const orders = await db('orders').orderBy('id');
    const dry = await runCommandLine('prune', ['--dry-run', '--json'], variables);
    expect(dry.json()).toEqual({ days: 30, dryRun: true, removed });
    expect((await runCommandLine('prune', ['--json'], variables)).json()).toMatchObject({ removed });
    expect(await db('orders').orderBy('id')).toEqual(orders);
    expect(
      await db('purchase_attempts').where({ sale_id: recent.saleId }).whereNotNull('idempotency_key'),
    ).toHaveLength(2);
    expect(await db('purchase_attempts').where({ sale_id: past.saleId })).toMatchObject([
      { idempotency_key: null },
    ]);
    expect(await db('refresh_tokens')).toMatchObject([{ token_hash: 'new' }]);
    expect((await runCommandLine('prune', ['--days', '1'], variables)).exitCode).toBe(2);
  });
});
