import type { ServerResponse } from 'node:http';
import { requestIdOf } from '../errors/send-whole.ts';
import type { LogFields } from '../infrastructure/logging/logger.ts';
import { traceOf } from '../infrastructure/tracing/begin-trace.ts';
import { traceFields } from '../infrastructure/tracing/trace-context.ts';

/**
 * What each log line of a request names: its id, as its caller was told it, and its trace when it has one. Passed from hand to
 * hand: an AsyncLocalStorage would cost every request of the crowd, whether it logs or not (docs/decisions/0050).
 */
export function logFieldsOf(res: ServerResponse): LogFields {
  const trace = traceOf(res);
  return { requestId: requestIdOf(res), ...(trace ? traceFields(trace.context) : {}) };
}
