import { randomBytes } from 'node:crypto';
import type { LogFields } from '../logging/logger.ts';

/** Where a span stands: its trace and its own id, hex. */
export interface TraceContext {
  traceId: string;
  spanId: string;
}

/** The span that asks for one of ours, and whether it is kept where it comes from. */
export interface CallerContext extends TraceContext {
  isKept: boolean;
}

/** https://www.w3.org/TR/trace-context: version, trace, span, flags. All zeros are no ids. */
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;
/** Trace ids are random: their last seven bytes, against a share of all there are, decide alike in every service. */
const RANDOM_DIGITS = 14;
/** Of the samplers that take no argument. */
const SHARES: Readonly<Record<string, number>> = { always_on: 1, always_off: 0 };

/** Reads a `traceparent`; null for anything else. */
export function readTraceparent(text: unknown): CallerContext | null {
  const [, traceId, spanId, flags] = (typeof text === 'string' && TRACEPARENT.exec(text)) || [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  return { traceId, spanId, isKept: (parseInt(flags, 16) & 1) === 1 };
}

/** As a sampled one: nothing else is ever written. */
export function writeTraceparent({ traceId, spanId }: TraceContext): string {
  return `00-${traceId}-${spanId}-01`;
}

export const newTraceId = (): string => randomBytes(16).toString('hex');
export const newSpanId = (): string => randomBytes(8).toString('hex');

/** As logs name it, wherever they are read: https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/ */
export function traceFields({ traceId, spanId }: TraceContext): LogFields {
  return { trace_id: traceId, span_id: spanId };
}

/** Whether the trace of a request is kept. */
export type Sampler = (traceId: string, caller: CallerContext | null) => boolean;

/**
 * Makes one of OpenTelemetry's samplers by its name (`always_on`, `always_off`, `traceidratio`, the same with `parentbased_`:
 * a caller's own decision comes first then).
 *
 * @param ratio  the share of traces that `traceidratio` keeps, 0 to 1
 */
export function createSampler(name: string, ratio: number): Sampler {
  const isParentBased = name.startsWith('parentbased_');
  const share = SHARES[name.replace('parentbased_', '')] ?? ratio;
  return (traceId, caller) =>
    isParentBased && caller
      ? caller.isKept
      : parseInt(traceId.slice(-RANDOM_DIGITS), 16) < share * 16 ** RANDOM_DIGITS;
}
