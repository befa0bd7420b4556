import { randomBytes } from 'node:crypto';

/** Where a span stands: its trace and its own id, hex. */
export interface TraceContext {
  traceId: string;
  spanId: string;
}

/** https://www.w3.org/TR/trace-context: version, trace, span, flags. All zeros are no ids. */
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/;
/** Trace ids are random: their last seven bytes, against a share of all there are, decide alike in every service. */
const RANDOM_DIGITS = 14;

/** Reads a `traceparent`; null for anything else. */
export function readTraceparent(text: unknown): TraceContext | null {
  const [, traceId, spanId] = (typeof text === 'string' && TRACEPARENT.exec(text)) || [];
  return traceId === undefined || spanId === undefined ? null : { traceId, spanId };
}

/** As a sampled one: nothing else is ever written. */
export function writeTraceparent({ traceId, spanId }: TraceContext): string {
  return `00-${traceId}-${spanId}-01`;
}

export const newTraceId = (): string => randomBytes(16).toString('hex');
export const newSpanId = (): string => randomBytes(8).toString('hex');

/** @param ratio  the share of traces that is kept, 0 to 1 */
export function isSampled(traceId: string, ratio: number): boolean {
  return parseInt(traceId.slice(-RANDOM_DIGITS), 16) < ratio * 16 ** RANDOM_DIGITS;
}
