import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkInvariants, type CheckedPromise } from '../../src/features/purchase/purchase.invariants.ts';
import type { JournalEntry } from '../../src/features/purchase/journal.ts';
import type { AdmittedAttempt } from '../../src/features/purchase/purchase.model.ts';
import type { SaleDetails } from '../../src/features/sale/sale.model.ts';
import { createDatabase, type Database } from '../../src/infrastructure/postgres/database.ts';
import { anAttempt, startTestPipeline, type TestPipeline } from '../../src/testing/test-pipeline.ts';
import { givenSale, givenShoppers } from '../../src/testing/test-sale.ts';
import { until } from '../../src/testing/until.ts';
import { startArchivingPostgres, type ArchivingPostgres } from './archiving-postgres.ts';

const STOCK = 10;

let postgres: ArchivingPostgres;
let pipeline: TestPipeline;
let sale: SaleDetails;
let shoppers: string[];
let restored: Database | undefined;
const testsCluster = process.env.TEST_DATABASE_URL!;

beforeEach(async () => {
  postgres = await startArchivingPostgres();
  process.env.TEST_DATABASE_URL = postgres.adminUrl;
  pipeline = await startTestPipeline();
  sale = await givenSale(pipeline, { stock: STOCK });
  shoppers = await givenShoppers(pipeline.db, STOCK);
}, 180_000);
afterEach(async () => {
  await restored?.destroy();
  await pipeline.close();
  process.env.TEST_DATABASE_URL = testsCluster;
  await postgres.close();
}, 60_000);

const settledIn = async (db: Database): Promise<string[]> => {
  const rows = await db('purchase_attempts').where({ sale_id: sale.saleId }).select<{ id: string }[]>('id');
  return rows.map(({ id }) => id).sort();
};

/** So many shoppers buy and are settled. */
async function sell(count: number): Promise<AdmittedAttempt[]> {
  const before = (await settledIn(pipeline.db)).length;
  const attempts = shoppers.splice(0, count).map((shopper) => anAttempt(sale.saleId, shopper));
  const accepted = await pipeline.accept(sale, attempts);
  const isSettled = async (): Promise<boolean> => (await settledIn(pipeline.db)).length === before + count;
  await until(isSettled, { what: 'they are settled', timeoutMs: 30_000 });
  await until(async () => (await pipeline.inflight(sale.saleId)).length === 0, {
    what: 'they are announced',
  });
  return accepted;
}

const seenAs = ({ attemptId, shopperId, idempotencyKey }: AdmittedAttempt, index: number): JournalEntry => ({
  t: index + 1,
  userId: shopperId,
  saleId: sale.saleId,
  ...(idempotencyKey === null ? {} : { idempotencyKey }),
  ...{ quantity: 1, httpStatus: 202, attemptId, line: index + 1 },
});

describe('a base backup and the archived log', () => {
  it('bring the shop back to a moment; what came after it is told line by line, and the sale goes on', async () => {
    const worker = await pipeline.startWorker();
    const kept = await sell(3);
    await postgres.backUp();
    kept.push(...(await sell(2)));
    await postgres.mark('before_the_fault');
    const lost = await sell(2);
    await postgres.mark('after_the_fault');
    await worker.stop();

    const url = new URL(await postgres.restore('before_the_fault'));
    url.pathname = new URL(pipeline.databaseUrl).pathname;
    restored = createDatabase({ url: url.href, poolSize: 4, applicationName: 'stampede-test' });
    expect(await settledIn(restored)).toEqual(kept.map(({ attemptId }) => attemptId).sort());

    // docs/backup.md: what Redis knows and PostgreSQL does not, then the journal of what shoppers were told.
    const journal = [...kept, ...lost].map(seenAs);
    const check = (options: { deep?: boolean; journal?: JournalEntry[] }): Promise<CheckedPromise[]> =>
      checkInvariants(
        { db: restored!, redis: pipeline.redis, runId: pipeline.runId },
        { saleId: sale.saleId, ...options },
      );
    const byId = (verdicts: readonly CheckedPromise[], id: string) => verdicts.find((one) => one.id === id)!;
    expect(byId(await check({ deep: true }), 'I4')).toMatchObject({
      ok: false,
      detail: expect.stringContaining(`has ${lost.length} of its own`),
    });
    expect(byId(await check({ journal }), 'I3')).toMatchObject({
      ok: false,
      lines: lost.map((_, index) => kept.length + index + 1),
    });

    const keys = await pipeline.redis.keys(`{${sale.saleId}}:*`);
    await pipeline.redis.del(...keys);
    await pipeline.startWorker({ DATABASE_URL: url.href });
    const isWhole = async (): Promise<boolean> =>
      (await pipeline.tokens(sale.saleId)) === STOCK - kept.length &&
      (await check({ deep: true })).every(({ ok }) => ok);
    await until(isWhole, { what: 'the gate is rebuilt and every promise kept', timeoutMs: 60_000 });
  }, 240_000);
});
