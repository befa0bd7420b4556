import type { ServerResponse } from 'node:http';
import type { Span, SpanExporter } from './span-exporter.ts';
import {
  newSpanId,
  newTraceId,
  readTraceparent,
  writeTraceparent,
  type Sampler,
  type TraceContext,
} from './trace-context.ts';

/** The trace of one request, from when it came. */
export interface OpenTrace {
  /** Where its own span stands: the parent of all that is done for it. */
  context: TraceContext;
  /** The same, as text. */
  traceparent: string;
  /** Does the work as a span of its own below the request's. */
  during<Result>(span: SpanLabel, work: () => Promise<Result>): Promise<Result>;
  /** Ends the request's span. */
  ended(span: Pick<Span, 'name' | 'attributes' | 'isError'>): void;
}

export type SpanLabel = Pick<Span, 'name' | 'kind' | 'attributes'>;
export type SpanTimes = Pick<Span, 'startMs' | 'endMs' | 'isError'>;

/** @returns undefined for a request that is not sampled */
export type BeginTrace = (traceparent: unknown) => OpenTrace | undefined;

export const epochMs = (): number => performance.timeOrigin + performance.now();

/** Makes the beginning of traces: a caller's trace is gone on with. */
export function createBeginTrace({
  exporter,
  sampler,
}: {
  exporter: SpanExporter;
  sampler: Sampler;
}): BeginTrace {
  return (given) => {
    const caller = readTraceparent(given);
    const traceId = caller?.traceId ?? newTraceId();
    if (!sampler(traceId, caller)) return undefined;
    const spanId = newSpanId();
    const startMs = epochMs();
    return {
      context: { traceId, spanId },
      traceparent: writeTraceparent({ traceId, spanId }),
      during: (span, work) =>
        timed(work, (times) =>
          exporter.record({ ...span, ...times, traceId, parentSpanId: spanId, spanId: newSpanId() }),
        ),
      ended: (span) => {
        const ids = { traceId, spanId, parentSpanId: caller?.spanId };
        exporter.record({ ...span, ...ids, kind: 'server', startMs, endMs: epochMs() });
      },
    };
  };
}

/** Does the work, and tells when it began and ended, and whether it threw. */
export async function timed<Result>(
  work: () => Promise<Result>,
  tell: (times: SpanTimes) => void,
): Promise<Result> {
  const startMs = epochMs();
  let isError = true;
  try {
    const result = await work();
    isError = false;
    return result;
  } finally {
    tell({ startMs, endMs: epochMs(), isError });
  }
}

interface TracedResponse extends ServerResponse {
  trace?: OpenTrace;
}

/** Notes the trace of the request that is answered. */
export function markTrace(res: ServerResponse, trace: OpenTrace): void {
  (res as TracedResponse).trace = trace;
}

/** @returns undefined for a request that is not traced */
export function traceOf(res: ServerResponse): OpenTrace | undefined {
  return (res as TracedResponse).trace;
}
