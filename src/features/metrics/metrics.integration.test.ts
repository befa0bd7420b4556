import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { epochKeys } from '../../infrastructure/redis/keys.ts';
import { expectProblem } from '../../testing/expect-problem.ts';
import { startTestApi, tokenOf, type Answer, type TestApi } from '../../testing/test-api.ts';
import { anAttempt, startTestPipeline, type TestPipeline } from '../../testing/test-pipeline.ts';
import { givenSale, givenShoppers } from '../../testing/test-sale.ts';
import { until } from '../../testing/until.ts';
import type { AttemptBatch } from '../purchase/purchase.model.ts';
import { createReadMetrics } from './read-metrics.ts';

let pipeline: TestPipeline;
let shoppers: string[];
let one: TestApi;
let two: TestApi;

beforeAll(async () => {
  pipeline = await startTestPipeline();
  shoppers = await givenShoppers(pipeline.db, 10);
  one = await startTestApi(pipeline);
  two = await startTestApi(pipeline);
});
afterAll(async () => {
  await one.close();
  await two.close();
  await pipeline.close();
});

const LINE = /^([a-z_]+(?:\{[a-z_]+="(?:[^"\\\n]|\\.)*"(?:,[a-z_]+="(?:[^"\\\n]|\\.)*")*\})?) (\d[\d.e+-]*)$/;

/** Line without its value → value. @throws for a line that Prometheus would not read */
function parse({ status, text }: Answer): Map<string, number> {
  expect(status).toBe(200);
  const samples = new Map<string, number>();
  for (const line of text.split('\n').filter((written) => written !== '' && !written.startsWith('#'))) {
    const [, name, value] = LINE.exec(line) ?? [];
    if (name === undefined || samples.has(name)) throw new Error(`not readable, or twice: ${line}`);
    samples.set(name, Number(value));
  }
  return samples;
}

const scrape = async (api: TestApi): Promise<Map<string, number>> => parse(await api.send('/metrics'));

/** What a test waits for: processes tell what they counted every 2 s, and a text is kept for one. */
const scrapeUntil = (isSo: (samples: Map<string, number>) => boolean, what: string) =>
  until(
    async () => {
      const samples = await scrape(one);
      return isSo(samples) ? samples : null;
    },
    { what, timeoutMs: 60_000, everyMs: 200 },
  );

describe('the metrics', () => {
  it('are those of all processes, whichever is asked', async () => {
    const { saleId } = await givenSale(pipeline, { stock: 5, perShopperLimit: 2 });
    const worker = await pipeline.startWorker();
    const asked = [one, two, one, two];
    for (const [index, quantity] of [1, 2, 3, 1].entries())
      // the third is over the limit
      await asked[index]!.attempt(shoppers[index]!, { saleId, quantity }, { path: '/api/purchase/attempt' });
    for (const api of [one, two])
      await api.attempt(shoppers[5]!, { saleId, quantity: 9 }, { path: '/api/purchase/attempt/' }); // by Express
    const attempts = (status: number) =>
      `http_server_request_duration_seconds_count{http_request_method="POST",http_route="/api/purchase/attempt",http_response_status_code="${status}"}`;
    const sale = (name: string, labels = '') => `${name}{sale_id="${saleId}"${labels}}`;
    const samples = await scrapeUntil(
      (now) =>
        now.get(attempts(202)) === 3 &&
        now.get(sale('stampede_attempts_total', ',outcome="confirmed"')) === 3 &&
        now.get('stampede_settle_lock_wait_seconds_count')! > 0 &&
        now.get(sale('stampede_outcome_duration_seconds_count')) === 3,
      'both have told what they counted',
    );
    expect((samples.get(attempts(400)) ?? 0) + (samples.get(attempts(409)) ?? 0)).toBe(3);
    expect(
      Object.fromEntries(
        [...samples].filter(([name]) => name.includes(saleId) && !/_bucket|_sum/.test(name)),
      ),
    ).toMatchObject({
      [sale('stampede_attempts_received_total')]: expect.any(Number),
      [sale('stampede_attempts_admitted_total')]: 3,
      [sale('stampede_stock_units', ',state="sold"')]: 4,
      [sale('stampede_stock_units', ',state="promised"')]: 0,
      [sale('stampede_stock_units', ',state="remaining"')]: 1,
      [sale('stampede_attempts_in_flight')]: 0,
      [sale('stampede_accept_duration_seconds_count')]: 3,
      [sale('stampede_settle_duration_seconds_count')]: 3,
      [sale('stampede_promise_broken', ',promise="I1"')]: 0,
    });
    expect(samples.get('stampede_gate_batch_attempts_sum')).toBeGreaterThanOrEqual(4);
    expect(samples.get('stampede_settle_batch_attempts_sum')).toBe(3);
    expect(samples.get('stampede_settle_connection_hold_seconds_count')).toBe(
      samples.get('stampede_settle_lock_wait_seconds_count'),
    );
    expect(samples.get('stampede_processes{role="api"}')).toBe(2);
    expect(samples.get('stampede_processes{role="worker"}')).toBe(1);
    expect(samples.get('stampede_workers_alive')).toBe(1);
    const other = await until(
      async () => {
        const seen = await scrape(two);
        return seen.get(attempts(202)) === 3 ? seen : null;
      },
      { what: 'the other process shows the same' },
    );
    expect(new Set(other.keys())).toEqual(new Set([...samples.keys(), ...other.keys()]));
    await worker.stop();
  });

  it('show what healed by itself, and what was set aside', async () => {
    const sale = await givenSale(pipeline);
    await pipeline.accept(sale, [anAttempt(sale.saleId, shoppers[0]!)], { enqueue: false }); // its process died
    await pipeline.redis.incrby(epochKeys(sale.saleId, 1).tokens, 3);
    await pipeline.accept(sale, [anAttempt(sale.saleId, randomUUID())]); // of nobody: set aside when settled
    await pipeline.queue.add(randomUUID(), { poison: true } as unknown as AttemptBatch);
    const worker = await pipeline.startWorker();
    const samples = await scrapeUntil(
      (now) =>
        now.get(`stampede_attempts_total{sale_id="${sale.saleId}",outcome="set_aside"}`) === 1 &&
        now.get('stampede_queue_jobs{state="set_aside"}') === 1 &&
        now.get('stampede_repairs_total{repair="batches_enqueued_again"}')! > 0,
      'everything is healed and shown',
    );
    await scrapeUntil(
      (now) => now.get('stampede_repairs_total{repair="units_corrected"}')! >= 3,
      'the drift is repaired and shown',
    );
    expect(samples.has('stampede_repairs_total{repair="gates_rebuilt"}')).toBe(true);
    expect(samples.has('stampede_queue_oldest_age_seconds')).toBe(true);
    await worker.stop();
  });

  it('have each name once, with help and type, no id of a user, and few routes', async () => {
    await one.send(`/api/purchase/user/${shoppers[0]!}`, {
      headers: { Authorization: tokenOf(shoppers[0]!) },
    });
    await one.send(`/nowhere/${randomUUID()}`);
    await scrapeUntil(
      (now) => [...now.keys()].some((name) => name.includes('"/api/purchase/user/:userId"')),
      'it is counted',
    );
    const { text, headers } = await one.send('/metrics');
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    const named = (kind: string) =>
      [...text.matchAll(new RegExp(`^# ${kind} (\\S+) \\S`, 'gm'))].map(([, name]) => name);
    expect(named('HELP')).toEqual(named('TYPE'));
    expect(new Set(named('TYPE')).size).toBe(named('TYPE').length);
    const families = new Set(named('TYPE'));
    for (const line of text.split('\n').filter((written) => /^[a-z]/.test(written))) {
      const name = /^[a-z_]+/.exec(line)![0];
      expect(families).toContain(families.has(name) ? name : name.replace(/_(bucket|sum|count)$/, ''));
    }
    for (const userId of shoppers) expect(text).not.toContain(userId);
    expect(text).not.toContain('nowhere');
  });

  it('are nowhere for who comes through a proxy', async () => {
    const headersOfProxies = [
      { 'X-Forwarded-For': '203.0.113.9' },
      { 'X-Real-IP': '203.0.113.9' },
      { Forwarded: 'for=203.0.113.9' },
      { Via: '1.1 proxy' },
    ];
    for (const headers of headersOfProxies)
      expectProblem(await one.send('/metrics', { headers }), 404, 'not_found');
  });
});

describe('a store that does not answer', () => {
  it('costs its part of the metrics, which says so, and no other', async () => {
    const readMetrics = createReadMetrics({
      ...{ db: pipeline.db, redis: pipeline.redis, clock: Date, logger: silentLogger },
      readThrough: (_key, _keepSec, load) => load(),
      checkInvariants: () => new Promise(() => undefined),
      queue: { counts: () => new Promise(() => undefined) },
    });
    const text = await readMetrics();
    expect(text).toContain('stampede_metrics_part_missing{part="queue"} 1\n');
    expect(text).toContain('stampede_metrics_part_missing{part="promises"} 1\n');
    expect(text).toContain('stampede_metrics_part_missing{part="sales"} 0\n');
    expect(text).toContain('stampede_repairs_total{repair="gates_rebuilt"}');
    expect(text).not.toContain('stampede_queue_jobs');
  });
});
