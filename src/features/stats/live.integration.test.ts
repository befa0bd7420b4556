import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { LiveBody } from '../../contracts/live-http.ts';
import { epochKeys, PROCESSES_KEY } from '../../infrastructure/redis/keys.ts';
import { expectProblem } from '../../testing/expect-problem.ts';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';
import { givenOperator, type TestOperator } from '../../testing/test-operator.ts';
import { startTestPipeline, type TestPipeline } from '../../testing/test-pipeline.ts';
import { givenSale, givenShoppers } from '../../testing/test-sale.ts';
import { until } from '../../testing/until.ts';

let pipeline: TestPipeline;
let api: TestApi;
let operator: TestOperator;
let shoppers: string[];

beforeAll(async () => {
  pipeline = await startTestPipeline();
  shoppers = await givenShoppers(pipeline.db, 5);
  api = await startTestApi(pipeline);
  operator = await givenOperator(api, pipeline.db);
});
afterAll(async () => {
  await api.close();
  await pipeline.close();
});

const read = async (saleId: string, query = ''): Promise<LiveBody> =>
  (await operator.get(`/sales/${saleId}/live${query}`)).body as LiveBody;
const readUntil = (saleId: string, isSo: (live: LiveBody) => boolean, what: string): Promise<LiveBody> =>
  until(
    async () => {
      const live = await read(saleId);
      return isSo(live) ? live : null;
    },
    { what, timeoutMs: 60_000, everyMs: 100 },
  );
const summed = ({ saleSamples }: LiveBody, name: string): number =>
  saleSamples.reduce((sum, { counts }) => sum + (counts[name] ?? 0), 0);

describe('the live screen of a sale', () => {
  it('has every second in which something happened, by outcome, and what operators did', async () => {
    const { saleId } = await givenSale(pipeline, { stock: 2 });
    await readUntil(saleId, ({ saleSamples }) => saleSamples.length > 0, 'the sale is recorded');
    const worker = await pipeline.startWorker();
    try {
      for (const shopper of shoppers) await api.attempt(shopper, { saleId });
      await operator.post(`/sales/${saleId}/pause`, { reason: 'a look at the shelf' });
      const live = await readUntil(
        saleId,
        (now) => summed(now, 'received') === 5 && summed(now, 'confirmed') === 2 && now.events.length > 0,
        'everything is recorded',
      );
      expect(summed(live, 'sold_out')).toBe(3);
      expect(live.saleSamples.at(-1)).toMatchObject({ total: 2, sold: 2, remaining: 0 });
      expect(live.state).toBe('paused');
      expect(live.events).toContainEqual(
        expect.objectContaining({
          kind: 'operator',
          action: 'sale.pause',
          by: 'operator',
          reason: 'a look at the shelf',
        }),
      );
      const measured = live.saleSamples.flatMap(({ latencyMs }) => latencyMs.settle ?? []);
      expect(measured.every((ms) => ms > 0)).toBe(true);
    } finally {
      await worker.stop();
    }
  });

  it('shows processes and stores as they are', async () => {
    const { saleId } = await givenSale(pipeline);
    const live = await readUntil(
      saleId,
      ({ processes, instanceSamples }) => processes?.length === 1 && instanceSamples.length > 0,
      'the process is told of',
    );
    expect(live.processes).toMatchObject([{ role: 'api', pid: process.pid }]);
    expect(live.processes?.[0]?.residentBytes).toBeGreaterThan(1e6);
    expect(live.redis).toMatchObject({ evictionPolicy: 'noeviction' });
    expect(live.postgres?.ownConnections).toBeGreaterThan(0);
    expect(live.postgres?.mostConnections).toBeGreaterThan(live.postgres!.connections);
    expect(live.stats?.invariants.map(({ id }) => id)).toEqual(expect.arrayContaining(['I1', 'I2', 'I9']));
  });

  it('answers only what is new to who has the rest', async () => {
    const { saleId } = await givenSale(pipeline);
    const first = await readUntil(saleId, ({ instanceSamples }) => instanceSamples.length > 1, 'seconds');
    const since = first.instanceSamples.at(-1)!.at;
    const next = await until(
      async () => {
        const live = await read(saleId, `?since=${since}`);
        return live.instanceSamples.length > 0 ? live : null;
      },
      { what: 'a new second', timeoutMs: 60_000 },
    );
    expect(next.instanceSamples.every(({ at }) => at > since)).toBe(true);
    expectProblem(await operator.get(`/sales/${saleId}/live?since=yesterday`), 400, 'invalid_request');
    expectProblem(await operator.get(`/sales/${saleId}/live?until=1`), 400, 'invalid_request');
    expectProblem(await operator.get(`/sales/${randomUUID()}/live`), 404, 'sale_not_found');
  });

  it('tells of a process that died, of its follower, and of what was repaired', async () => {
    const sale = await givenSale(pipeline);
    await readUntil(sale.saleId, ({ saleSamples }) => saleSamples.length > 0, 'the sale is recorded');
    const report = { role: 'api', host: 'h', pid: 4_711, atMs: Date.now() + 60_000, startedAtMs: 0 };
    const numbers = { residentBytes: 1, cpu: 0, loopLateMs: 0, clockAheadMs: 0 };
    await pipeline.redis.hset(PROCESSES_KEY, 'dying', JSON.stringify({ ...report, ...numbers }));
    const of = (live: LiveBody, kind: string) => live.events.filter((event) => event.kind === kind);
    await readUntil(
      sale.saleId,
      (live) => of(live, 'process_started').some(({ process }) => process === 'api 4711'),
      'it is seen',
    );
    await pipeline.redis.hdel(PROCESSES_KEY, 'dying');
    await pipeline.redis.incrby(epochKeys(sale.saleId, 1).tokens, 2);
    const worker = await pipeline.startWorker();
    try {
      await readUntil(
        sale.saleId,
        (now) =>
          of(now, 'process_ended').some(({ process }) => process === 'api 4711') &&
          of(now, 'units_corrected').length > 0,
        'both are told',
      );
    } finally {
      await worker.stop();
    }
  });

  it('shows a draft too, which has no figures', async () => {
    const productId = (await givenSale(pipeline)).product.id;
    const [startsAt, endsAt] = [new Date(Date.now() + 3_600_000), new Date(Date.now() + 7_200_000)];
    const made = await operator.post('/sales', { productId, name: 'Soon', startsAt, endsAt, stock: 5 });
    const { saleId } = made.body as { saleId: string };
    const live = await read(saleId);
    expect(live).toMatchObject({ state: 'draft', name: 'Soon', saleSamples: [] });
    expect(live.stats).toBeUndefined();
  });
});
