import type { Logger } from '../logging/logger.ts';

/** What took time, as OTLP has it. Times are epoch ms. */
export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string | undefined;
  name: string;
  kind: keyof typeof KINDS;
  startMs: number;
  endMs: number;
  attributes: Readonly<Record<string, string | number>>;
  isError?: boolean;
}

export interface SpanExporter {
  record(span: Span): void;
  /** Sends what it has got, and stops. */
  close(): Promise<void>;
}

const KINDS = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;
const SEND_EVERY_MS = 1_000;
const SEND_TIMEOUT_MS = 5_000;
/** Beyond it spans are dropped: a receiver that is slow or away must cost no memory. */
const MOST_WAITING = 4_096;

export interface SpanExporterDeps {
  /** Of the receiver; `/v1/traces` is added, as the specification says. */
  endpoint: string;
  /** Sent with each request. */
  headers?: Readonly<Record<string, string>>;
  serviceName: string;
  resourceAttributes?: Readonly<Record<string, string>>;
  role: string;
  logger: Logger;
}

/**
 * Sends spans to an OpenTelemetry receiver by OTLP/HTTP in JSON, once a second. What it does not take is lost: traces are
 * samples.
 */
export function createSpanExporter({
  endpoint,
  headers = {},
  serviceName,
  resourceAttributes = {},
  role,
  logger,
}: SpanExporterDeps): SpanExporter {
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  const resource = {
    attributes: toAttributes({
      ...resourceAttributes,
      'service.name': serviceName,
      'stampede.role': role,
      'process.pid': process.pid,
    }),
  };
  let waiting: Span[] = [];
  let hasWarned = false;

  const send = async (): Promise<void> => {
    if (waiting.length === 0) return;
    const spans = waiting.map(toOtlp);
    waiting = [];
    const body = JSON.stringify({
      resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'stampede' }, spans }] }],
    });
    try {
      const signal = AbortSignal.timeout(SEND_TIMEOUT_MS);
      const answer = await fetch(url, {
        ...{ method: 'POST', body, signal },
        headers: { ...headers, 'Content-Type': 'application/json' },
      });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      hasWarned = false;
    } catch (error) {
      // Once for as long as it is away.
      if (!hasWarned)
        logger.warn('traces are lost: their receiver does not take them', { error: String(error) });
      hasWarned = true;
    }
  };
  const timer = setInterval(() => void send(), SEND_EVERY_MS);
  timer.unref();
  return {
    record: (span) => {
      if (waiting.length < MOST_WAITING) waiting.push(span);
    },
    async close() {
      clearInterval(timer);
      await send();
    },
  };
}

function toOtlp({ name, kind, startMs, endMs, attributes, isError, ...ids }: Span): object {
  return {
    ...ids,
    ...{ name, kind: KINDS[kind] },
    ...{ startTimeUnixNano: toNanos(startMs), endTimeUnixNano: toNanos(endMs) },
    attributes: toAttributes(attributes),
    ...(isError === true ? { status: { code: 2 } } : {}),
  };
}

/** Nanoseconds are more than a double holds exactly. */
function toNanos(ms: number): string {
  return String(BigInt(Math.round(ms * 1_000)) * 1_000n);
}

function toAttributes(values: Readonly<Record<string, string | number>>): object[] {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: toValue(value),
  }));
}

/** JSON of protobuf: a whole number of 64 bits is text. */
function toValue(value: string | number): object {
  if (typeof value === 'string') return { stringValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
