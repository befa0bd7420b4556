import type { Span, SpanExporter } from '../../infrastructure/tracing/span-exporter.ts';
import {
  isSampled,
  newSpanId,
  newTraceId,
  readTraceparent,
  writeTraceparent,
} from '../../infrastructure/tracing/trace-context.ts';
import type { AcceptedAttempts } from './accepted-attempts.ts';
import type { Admit } from './admit.ts';
import { parseOutcomesMessage, type Announce } from './announce.ts';
import type { Enqueue } from './enqueue.ts';
import type { Attempt } from './purchase.model.ts';
import type { AttemptAnswer } from './purchase.service.ts';
import type { Settle } from './settle.ts';

/** The trace of one attempt, from its request on. */
export interface OpenTrace {
  /** What the attempt carries through gate, queue and settle: the parent of every span there. */
  traceparent: string;
  /** Ends the span of the request with what was answered. */
  answered(answer: AttemptAnswer): void;
}

/** @returns undefined for an attempt that is not sampled */
export type BeginTrace = (attempt: Attempt, saleId: string, traceparent: unknown) => OpenTrace | undefined;

const epochMs = (): number => performance.timeOrigin + performance.now();

/**
 * Makes the beginning of traces: a caller's trace is gone on with, but whether it is kept is decided here, by its id. A
 * public client must not be able to have all of its requests traced.
 *
 * @param ratio  the share that is kept, 0 to 1
 */
export function createBeginTrace({ exporter, ratio }: { exporter: SpanExporter; ratio: number }): BeginTrace {
  return ({ attemptId, quantity }, saleId, given) => {
    const parent = readTraceparent(given);
    const traceId = parent?.traceId ?? newTraceId();
    if (!isSampled(traceId, ratio)) return undefined;
    const spanId = newSpanId();
    const startMs = epochMs();
    return {
      traceparent: writeTraceparent({ traceId, spanId }),
      answered: (answer) =>
        exporter.record({
          ...{ traceId, spanId, parentSpanId: parent?.spanId, kind: 'server', startMs, endMs: epochMs() },
          name: 'POST /api/purchase/attempt',
          attributes: {
            'http.request.method': 'POST',
            'http.route': '/api/purchase/attempt',
            'stampede.sale_id': saleId,
            'stampede.attempt_id': attemptId,
            'stampede.quantity': quantity,
            'stampede.answer': answer.kind === 'refused' ? answer.refusal.code : answer.kind,
          },
        }),
    };
  };
}

/** The same steps, each with a span for every attempt that is traced. Attempts that are not cost a look at a field. */
export function createTraceSteps({ exporter }: { exporter: SpanExporter }) {
  const record = (
    attempts: readonly Pick<Attempt, 'trace'>[],
    span: Pick<Span, 'name' | 'kind' | 'startMs' | 'attributes' | 'isError'>,
  ): void => {
    const endMs = epochMs();
    for (const { trace } of attempts) {
      const parent = trace === undefined ? null : readTraceparent(trace);
      if (!parent) continue;
      exporter.record({
        ...span,
        traceId: parent.traceId,
        parentSpanId: parent.spanId,
        spanId: newSpanId(),
        endMs,
      });
    }
  };
  const during = async <Result>(
    attempts: readonly Pick<Attempt, 'trace'>[],
    span: Pick<Span, 'name' | 'kind' | 'attributes'>,
    work: () => Promise<Result>,
  ): Promise<Result> => {
    const startMs = epochMs();
    try {
      const result = await work();
      record(attempts, { ...span, startMs });
      return result;
    } catch (error) {
      record(attempts, { ...span, startMs, isError: true });
      throw error;
    }
  };

  return {
    admit:
      (admit: Admit): Admit =>
      (saleId, epoch, batchId, attempts) =>
        during(
          attempts,
          {
            name: 'admit',
            kind: 'client',
            attributes: { 'db.system.name': 'redis', 'stampede.batch': attempts.length },
          },
          () => admit(saleId, epoch, batchId, attempts),
        ),
    enqueue:
      (enqueue: Enqueue): Enqueue =>
      (batch) =>
        during(
          batch.attempts,
          { name: 'enqueue', kind: 'producer', attributes: { 'messaging.message.id': batch.batchId } },
          () => enqueue(batch),
        ),
    settle:
      (settle: Settle): Settle =>
      (saleId, stockId, attempts) =>
        during(
          attempts,
          {
            name: 'settle',
            kind: 'consumer',
            attributes: { 'db.system.name': 'postgresql', 'stampede.batch': attempts.length },
          },
          () => settle(saleId, stockId, attempts),
        ),
    announce:
      (announce: Announce): Announce =>
      (saleId, decided) =>
        during(
          decided,
          { name: 'announce', kind: 'producer', attributes: { 'db.system.name': 'redis' } },
          () => announce(saleId, decided),
        ),
    /** Of what this very process accepted: the end of a trace is told by the process that began it. */
    hearOutcomes:
      (hear: (message: string) => void, accepted: Pick<AcceptedAttempts, 'find'>) =>
      (message: string): void => {
        const { saleId, outcomes } = parseOutcomesMessage(message);
        const owed = outcomes.flatMap(({ attemptId }) => accepted.find(saleId, attemptId) ?? []);
        const startMs = epochMs();
        hear(message);
        record(owed, { name: 'tell the outcome', kind: 'internal', startMs, attributes: {} });
      },
  };
}

export type TraceSteps = ReturnType<typeof createTraceSteps>;
