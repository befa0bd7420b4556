import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTestApi, type TestApi } from './testing/test-api.ts';
import { startTestPipeline, type TestPipeline } from './testing/test-pipeline.ts';
import { givenSale, givenShoppers } from './testing/test-sale.ts';
import { until } from './testing/until.ts';

interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: { stringValue?: string; doubleValue?: number } }[];
}

interface Received {
  resourceSpans: {
    resource: { attributes: OtlpSpan['attributes'] };
    scopeSpans: { spans: OtlpSpan[] }[];
  }[];
}

/** Half of all trace ids are kept: these two are one of each. */
const KEPT = '0af7651916cd43dd8448eb211c80319c';
const NOT_KEPT = '0af7651916cd43dd84ffffffffffffff';
const CALLER = 'b7ad6b7169203331';

let receiver: Server;
let pipeline: TestPipeline;
let api: TestApi;
let shoppers: string[];
let saleId: string;
const received: (OtlpSpan & { role: string })[] = [];

const valueOf = (attributes: OtlpSpan['attributes'], name: string) =>
  attributes.find(({ key }) => key === name)?.value.stringValue;

/** A receiver as the OpenTelemetry collector is one, at `/v1/traces`. */
async function startReceiver(): Promise<Server> {
  const server = createServer((req, res) => {
    let text = '';
    req.on('data', (chunk: Buffer) => (text += chunk.toString()));
    req.on('end', () => {
      expect([req.method, req.url]).toEqual(['POST', '/v1/traces']);
      for (const { resource, scopeSpans } of (JSON.parse(text) as Received).resourceSpans)
        for (const span of scopeSpans.flatMap(({ spans }) => spans))
          received.push({ ...span, role: valueOf(resource.attributes, 'stampede.role')! });
      res.end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

beforeAll(async () => {
  receiver = await startReceiver();
  pipeline = await startTestPipeline();
  shoppers = await givenShoppers(pipeline.db, 4);
  ({ saleId } = await givenSale(pipeline));
  const variables = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`,
    OTEL_TRACES_SAMPLER_ARG: '0.5',
  };
  api = await startTestApi(pipeline, variables);
  await pipeline.startWorker(variables);
  // A process asks the gate twice the first time: before that it does not know its epoch.
  await buy(shoppers[3]!, NOT_KEPT);
});
afterAll(async () => {
  await api.close();
  await pipeline.close();
  receiver.close();
});

const buy = (shopper: string, traceId: string, saleOfTheirs = saleId) =>
  api.attempt(shopper, { saleId: saleOfTheirs }, { headers: { traceparent: `00-${traceId}-${CALLER}-01` } });
const spansOf = (traceId: string) => received.filter((span) => span.traceId === traceId);

describe('an attempt that is traced', () => {
  it('is followed from its request through gate, queue and PostgreSQL to its outcome', async () => {
    const { attempt } = await buy(shoppers[0]!, KEPT);
    const wanted = [
      'POST /api/purchase/attempt',
      'admit',
      'announce',
      'enqueue',
      'settle',
      'tell the outcome',
    ];
    const spans = await until(() => (spansOf(KEPT).length === wanted.length ? spansOf(KEPT) : null), {
      what: 'all of its spans have come',
      timeoutMs: 30_000,
    });
    expect(spans.map(({ name }) => name).sort()).toEqual(wanted);
    const named = (name: string) => spans.find((span) => span.name === name)!;
    const request = named('POST /api/purchase/attempt');
    expect(request).toMatchObject({ parentSpanId: CALLER, kind: 2, role: 'api' });
    expect(valueOf(request.attributes, 'stampede.attempt_id')).toBe(attempt.attemptId);
    expect(valueOf(request.attributes, 'stampede.answer')).toBe('accepted');
    for (const span of spans) {
      if (span !== request) expect(span.parentSpanId).toBe(request.spanId);
      expect(BigInt(span.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span.startTimeUnixNano));
    }
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
    expect(
      spans
        .filter(({ role }) => role === 'worker')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['announce', 'settle']);
    // One clock: both processes are this one.
    const order = ['admit', 'enqueue', 'settle', 'announce', 'tell the outcome'].map((name) => named(name));
    const starts = order.map(({ startTimeUnixNano }) => BigInt(startTimeUnixNano));
    expect(starts).toEqual([...starts].sort((a, b) => (a < b ? -1 : 1)));
  });

  it('that is refused says why', async () => {
    const traceId = `${KEPT.slice(0, -1)}d`;
    const { saleId: scheduled } = await givenSale(pipeline, { opensInSec: 600 });
    await buy(shoppers[1]!, traceId, scheduled);
    const [request] = await until(
      () => {
        const found = spansOf(traceId).filter(({ kind }) => kind === 2);
        return found.length === 1 ? found : null;
      },
      { what: 'its span has come', timeoutMs: 30_000 },
    );
    expect(valueOf(request!.attributes, 'stampede.answer')).toBe('sale_not_started');
  });
});

describe('an attempt that is not', () => {
  it('leaves no span, whatever its caller says, and no trace in its job', async () => {
    const jobs: unknown[] = [];
    const read = pipeline.redis.duplicate();
    const monitor = await read.monitor();
    monitor.on('monitor', (_time, args: string[]) =>
      jobs.push(...args.filter((arg) => arg.includes('batchId'))),
    );
    const { attempt } = await buy(shoppers[2]!, NOT_KEPT);
    const isConfirmed = async (): Promise<boolean> =>
      (await pipeline.db('orders').where({ attempt_id: attempt.attemptId })).length === 1;
    await until(isConfirmed, { what: 'it is settled', timeoutMs: 30_000 });
    monitor.disconnect();
    read.disconnect();
    expect(jobs.join()).toContain(attempt.attemptId);
    expect(jobs.join()).not.toContain('trace');
    expect(spansOf(NOT_KEPT)).toEqual([]);
  });
});
