import type { LogFields } from '../../infrastructure/logging/logger.ts';
import { readTraceparent, traceFields } from '../../infrastructure/tracing/trace-context.ts';
import type { Attempt } from './purchase.model.ts';

/** A batch may be hundreds of requests; so many are named. */
const MOST_NAMED = 10;

/** Of a line that tells of many attempts: the trace of the first of them that is traced. */
export function traceFieldsOf(attempts: readonly Pick<Attempt, 'trace'>[]): LogFields {
  for (const { trace } of attempts) {
    const context = readTraceparent(trace);
    if (context) return traceFields(context);
  }
  return {};
}

/** The same of a job, whatever is stored of it. */
export function traceFieldsOfJob(job: unknown): LogFields {
  const { attempts } = (job ?? {}) as { attempts?: unknown };
  return Array.isArray(attempts) ? traceFieldsOf(attempts.filter(Boolean) as Pick<Attempt, 'trace'>[]) : {};
}

/** Of a line that tells of what several requests have in common. */
export function logFieldsOfBatch(
  asked: readonly { attempt: Pick<Attempt, 'trace'>; requestId?: string | undefined }[],
): LogFields {
  return {
    attempts: asked.length,
    requestIds: asked.slice(0, MOST_NAMED).flatMap(({ requestId }) => requestId ?? []),
    ...traceFieldsOf(asked.map(({ attempt }) => attempt)),
  };
}
