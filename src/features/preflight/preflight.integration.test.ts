import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { PreflightBody } from '../../contracts/live-http.ts';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { saleKeys, WORKERS_ALIVE_KEY } from '../../infrastructure/redis/keys.ts';
import { expectProblem } from '../../testing/expect-problem.ts';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';
import { givenOperator, type TestOperator } from '../../testing/test-operator.ts';
import { startTestPipeline, type TestPipeline } from '../../testing/test-pipeline.ts';
import { givenSale } from '../../testing/test-sale.ts';
import { until } from '../../testing/until.ts';
import { createEnsureGate } from '../purchase/rebuild.ts';

let pipeline: TestPipeline;
let api: TestApi;
let operator: TestOperator;

beforeAll(async () => {
  pipeline = await startTestPipeline();
  api = await startTestApi(pipeline);
  operator = await givenOperator(api, pipeline.db);
});
afterAll(async () => {
  await api.close();
  await pipeline.close();
});

const run = async (saleId: string): Promise<PreflightBody> =>
  (await operator.get(`/sales/${saleId}/preflight`)).body as PreflightBody;
const failing = ({ checks }: PreflightBody): string[] => checks.flatMap(({ id, ok }) => (ok ? [] : [id]));
const runUntil = (saleId: string, expected: string[], what: string): Promise<string[]> =>
  until(
    async () => {
      const found = failing(await run(saleId));
      return expected.every((id) => found.includes(id)) ? found : null;
    },
    { what, timeoutMs: 60_000 },
  );

describe('the pre-flight check', () => {
  it('names what a sale lacks, with what to do, and takes it back once it is mended', async () => {
    const sale = await givenSale(pipeline, { opensInSec: 600 });
    await pipeline.db('products').where({ id: sale.product.id }).update({ image_url: '' });
    await pipeline.redis.del(saleKeys(sale.saleId).gate, WORKERS_ALIVE_KEY);
    const found = await runUntil(sale.saleId, ['picture', 'gate', 'worker'], 'the faults are found');
    expect(found).not.toContain('migrations');
    const { checks, ok } = await run(sale.saleId);
    expect(ok).toBe(false);
    for (const check of checks) expect(check.advice === undefined).toBe(check.ok);

    await pipeline.db('products').where({ id: sale.product.id }).update({ image_url: '/api/pictures/x' });
    const ensureGate = createEnsureGate({ ...pipeline, adoptionMs: 0, logger: silentLogger });
    await until(() => ensureGate(sale.saleId, sale.stockId), { what: 'the gate opens' });
    const worker = await pipeline.startWorker();
    try {
      const now = await until(
        async () => {
          const left = failing(await run(sale.saleId));
          return ['picture', 'gate', 'worker'].some((id) => left.includes(id)) ? null : { left };
        },
        { what: 'they are mended', timeoutMs: 60_000 },
      );
      expect(now.left).not.toContain('published');
    } finally {
      await worker.stop();
    }
  });

  it('says of a draft that it is one, of a paused sale that it is paused, of an old one that it is over', async () => {
    const sale = await givenSale(pipeline, { opensInSec: -3_600, endsInSec: -60 });
    expect(failing(await run(sale.saleId))).toContain('window');
    const open = await givenSale(pipeline, { stock: 0 });
    await operator.post(`/sales/${open.saleId}/pause`);
    expect(failing(await run(open.saleId))).toEqual(expect.arrayContaining(['published', 'units']));
    const { startsAt, endsAt } = { startsAt: new Date(Date.now() + 1e6), endsAt: new Date(Date.now() + 2e6) };
    const draft = { productId: sale.product.id, name: 'Soon', startsAt, endsAt, stock: 5 };
    const { saleId } = (await operator.post('/sales', draft)).body as { saleId: string };
    expect(failing(await run(saleId))).toEqual(expect.arrayContaining(['published', 'gate']));
  });

  it('names a migration that the database lacks', async () => {
    const sale = await givenSale(pipeline);
    const last = await pipeline
      .db('knex_migrations')
      .orderBy('id', 'desc')
      .first<{ id: number; name: string }>();
    await pipeline.db('knex_migrations').where({ id: last.id }).del();
    try {
      const { checks } = await run(sale.saleId);
      const migrations = checks.find(({ id }) => id === 'migrations');
      expect(migrations).toMatchObject({ ok: false, detail: `Not applied: ${last.name}.` });
    } finally {
      await pipeline.db('knex_migrations').insert(last);
    }
  });

  it('of a sale that is not there, or asked for with what it does not know, is refused', async () => {
    expectProblem(await operator.get(`/sales/${randomUUID()}/preflight`), 404, 'sale_not_found');
    const { saleId } = await givenSale(pipeline);
    expectProblem(await operator.get(`/sales/${saleId}/preflight?deep=1`), 400, 'invalid_request');
  });
});
