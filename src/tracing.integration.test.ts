import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { io } from 'socket.io-client';
import type { LogFields, Logger } from './infrastructure/logging/logger.ts';
import { QUEUE_PREFIX } from './infrastructure/redis/keys.ts';
import { serverOf } from './infrastructure/redis/redis.ts';
import { startTestApi, tokenOf, type TestApi } from './testing/test-api.ts';
import { givenOperator } from './testing/test-operator.ts';
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
  status?: { code: number };
  attributes: { key: string; value: { stringValue?: string; intValue?: string } }[];
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
/** Another process of the same instance. */
let other: TestApi;
let shoppers: string[];
let saleId: string;
const received: (OtlpSpan & { role: string; environment: string | undefined })[] = [];
const keys = new Set<string | string[] | undefined>();
const lines: (LogFields & { message: string })[] = [];

const write = (message: string, fields: LogFields = {}): void => void lines.push({ ...fields, message });
const logger: Logger = {
  ...{ error: write, warn: write, info: write, debug: write },
  isEnabled: () => true,
  child: () => logger,
};

const valueOf = (attributes: OtlpSpan['attributes'], name: string) => {
  const { stringValue, intValue } = attributes.find(({ key }) => key === name)?.value ?? {};
  return stringValue ?? intValue;
};

/** A receiver as the OpenTelemetry collector is one, at `/v1/traces`. */
async function startReceiver(): Promise<Server> {
  const server = createServer((req, res) => {
    let text = '';
    req.on('data', (chunk: Buffer) => (text += chunk.toString()));
    req.on('end', () => {
      expect([req.method, req.url]).toEqual(['POST', '/v1/traces']);
      keys.add(req.headers['api-key']);
      for (const { resource, scopeSpans } of (JSON.parse(text) as Received).resourceSpans)
        for (const span of scopeSpans.flatMap(({ spans }) => spans))
          received.push({
            ...span,
            role: valueOf(resource.attributes, 'stampede.role')!,
            environment: valueOf(resource.attributes, 'deployment.environment.name'),
          });
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
  shoppers = await givenShoppers(pipeline.db, 6);
  ({ saleId } = await givenSale(pipeline));
  const variables = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`,
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=of%20the%20receiver',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    OTEL_TRACES_SAMPLER_ARG: '0.5',
  };
  api = await startTestApi(pipeline, variables, { logger });
  other = await startTestApi(pipeline, variables, { logger });
  await pipeline.startWorker(variables, { logger });
  // A process asks the gate twice the first time: before that it does not know its epoch.
  await buy(shoppers[3]!, NOT_KEPT);
});
afterAll(async () => {
  await api.close();
  await other.close();
  await pipeline.close();
  receiver.close();
});

const buy = (shopper: string, traceId: string, saleOfTheirs = saleId) =>
  api.attempt(shopper, { saleId: saleOfTheirs }, { headers: { traceparent: `00-${traceId}-${CALLER}-01` } });
const spansOf = (traceId: string) => received.filter((span) => span.traceId === traceId);
const linesOf = (traceId: string) => lines.filter(({ trace_id }) => trace_id === traceId);
/** Another trace that is kept. */
const anotherTrace = (digit: string): string => `${KEPT.slice(0, -1)}${digit}`;

/** Does the work while a table cannot be found. */
async function without<Result>(table: string, work: () => Promise<Result>): Promise<Result> {
  await pipeline.db.raw(`alter table ${table} rename to ${table}_away`);
  try {
    return await work();
  } finally {
    await pipeline.db.raw(`alter table ${table}_away rename to ${table}`);
  }
}

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
    expect(valueOf(request.attributes, 'http.response.status_code')).toBe('202');
    expect(request.environment).toBe('test');
    expect(keys).toEqual(new Set(['of the receiver']));
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
    const traceId = anotherTrace('d');
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

describe('an attempt that is traced and whose shopper listens', () => {
  it('is followed to the socket, whichever process has it', async () => {
    const traceId = anotherTrace('e');
    const shopper = shoppers[4]!;
    const token = tokenOf(shopper).slice('Bearer '.length);
    const socket = io(other.url, { transports: ['websocket'], forceNew: true, auth: { token } });
    const told: unknown[] = [];
    socket.on('purchase:outcome', (body) => told.push(body));
    await until(() => socket.connected, { what: 'the socket stands', timeoutMs: 30_000 });
    const { attempt } = await buy(shopper, traceId);
    const span = await until(() => spansOf(traceId).find(({ name }) => name === 'send to the socket'), {
      what: 'its span has come',
      timeoutMs: 30_000,
    });
    await until(() => told.length > 0, { what: 'the shopper hears of it', timeoutMs: 30_000 });
    socket.disconnect();
    expect(told).toEqual([expect.objectContaining({ attemptId: attempt.attemptId, status: 'confirmed' })]);
    const request = await until(() => spansOf(traceId).find(({ kind }) => kind === 2), {
      what: 'the span of the request has come',
      timeoutMs: 30_000,
    });
    expect(span).toMatchObject({ parentSpanId: request.spanId, kind: 4 });
  });
});

describe('the log lines of an attempt that is traced', () => {
  it('name its trace, in the process that took it and in the worker that could not settle it at once', async () => {
    const traceId = anotherTrace('f');
    const { headers, attempt, failed } = await without('purchase_attempts', async () => ({
      ...(await buy(shoppers[5]!, traceId)),
      failed: await until(
        () => linesOf(traceId).find(({ message }) => message === 'job will be tried again'),
        { what: 'the worker says so', timeoutMs: 30_000 },
      ),
    }));
    const request = await until(() => spansOf(traceId).find(({ kind }) => kind === 2), {
      what: 'the span of the request has come',
      timeoutMs: 30_000,
    });
    expect(failed).toMatchObject({
      span_id: request.spanId,
      error: expect.stringContaining('does not exist'),
    });
    const requestId = headers['x-request-id'];
    const answered = linesOf(traceId).find(({ message }) => message === 'answered');
    expect(answered).toMatchObject({ requestId, span_id: request.spanId, status: 202 });
    expect(valueOf(request.attributes, 'stampede.request_id')).toBe(requestId);
    const isConfirmed = async (): Promise<boolean> =>
      (await pipeline.db('orders').where({ attempt_id: attempt.attemptId })).length === 1;
    await until(isConfirmed, { what: 'it is settled', timeoutMs: 30_000 });
  });
});

describe("an operator's change that is traced", () => {
  const product = { name: 'Lamp', priceMinor: 4_900, currency: 'EUR' };

  it('has its transaction below its request, and the same ids in the log and in the audit', async () => {
    const traceId = anotherTrace('b');
    const operator = await givenOperator(api, pipeline.db);
    const traceparent = `00-${traceId}-${CALLER}-01`;
    const { headers, status } = await operator.post('/products', product, { traceparent });
    expect(status).toBe(201);
    const spans = await until(() => (spansOf(traceId).length === 2 ? spansOf(traceId) : null), {
      what: 'both spans have come',
      timeoutMs: 30_000,
    });
    const request = spans.find(({ kind }) => kind === 2)!;
    expect(request).toMatchObject({ name: 'POST /api/admin/products', parentSpanId: CALLER });
    expect(spans.find(({ kind }) => kind === 3)).toMatchObject({
      name: 'change',
      parentSpanId: request.spanId,
    });
    const requestId = headers['x-request-id'];
    const answered = linesOf(traceId).find(({ message }) => message === 'answered');
    expect(answered).toMatchObject({ requestId, span_id: request.spanId, status: 201 });
    expect(await pipeline.db('audit_log').where({ request_id: requestId })).toHaveLength(1);
  });

  it('that fails is an error of its trace, and its line says whose request it was', async () => {
    const traceId = anotherTrace('a');
    const operator = await givenOperator(api, pipeline.db);
    const traceparent = `00-${traceId}-${CALLER}-01`;
    const { status } = await without('audit_log', () => operator.post('/products', product, { traceparent }));
    expect(status).toBe(500);
    const failed = linesOf(traceId).find(({ message }) => message === 'a request failed');
    expect(failed).toMatchObject({ requestId: expect.any(String), method: 'POST' });
    const spans = await until(() => (spansOf(traceId).length === 2 ? spansOf(traceId) : null), {
      what: 'both spans have come',
      timeoutMs: 30_000,
    });
    expect(spans.map(({ status: verdict }) => verdict)).toEqual([{ code: 2 }, { code: 2 }]);
  });
});

describe('an attempt that is not', () => {
  it('leaves no span, whatever its caller says, and no trace in its job', async () => {
    const jobs: unknown[] = [];
    const read = serverOf(pipeline.redis, QUEUE_PREFIX).duplicate();
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
