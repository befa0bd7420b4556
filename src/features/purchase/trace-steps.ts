import type { AttemptStatusBody } from '../../contracts/http.ts';
import {
  epochMs,
  timed,
  type BeginTrace,
  type OpenTrace,
  type SpanLabel,
  type SpanTimes,
} from '../../infrastructure/tracing/begin-trace.ts';
import type { SpanExporter } from '../../infrastructure/tracing/span-exporter.ts';
import { newSpanId, readTraceparent } from '../../infrastructure/tracing/trace-context.ts';
import type { AcceptedAttempts } from './accepted-attempts.ts';
import type { Admit } from './admit.ts';
import { parseOutcomesMessage, type Announce } from './announce.ts';
import type { Enqueue } from './enqueue.ts';
import type { HearOutcomesDeps } from './hear-outcomes.ts';
import type { Attempt } from './purchase.model.ts';
import type { AttemptAnswer } from './purchase.service.ts';
import type { Settle } from './settle.ts';

/** The trace of one attempt, from its request on. */
export interface AttemptTrace {
  request: OpenTrace;
  /** Ends the span of the request with what was answered. */
  answered(answer: AttemptAnswer, status: number): void;
}

/** @returns undefined for an attempt that is not sampled */
export type BeginAttemptTrace = (asked: {
  attempt: Attempt;
  saleId: string;
  requestId: string;
  traceparent: unknown;
}) => AttemptTrace | undefined;

/** Makes the beginning of attempts' traces; the attempt takes its own with it. */
export function createBeginAttemptTrace({ begin }: { begin: BeginTrace }): BeginAttemptTrace {
  return ({ attempt, saleId, requestId, traceparent }) => {
    const request = begin(traceparent);
    if (!request) return undefined;
    attempt.trace = request.traceparent;
    return {
      request,
      answered: (answer, status) =>
        request.ended({
          name: 'POST /api/purchase/attempt',
          attributes: {
            'http.request.method': 'POST',
            'http.route': '/api/purchase/attempt',
            'http.response.status_code': status,
            'stampede.request_id': requestId,
            'stampede.sale_id': saleId,
            'stampede.attempt_id': attempt.attemptId,
            'stampede.quantity': attempt.quantity,
            'stampede.answer': answer.kind === 'refused' ? answer.refusal.code : answer.kind,
          },
          isError: status >= 500,
        }),
    };
  };
}

type MayBeTraced = Pick<Attempt, 'trace'>;

/** Traces whose outcome was never heard of are dropped together when there are so many. */
const MOST_AWAITED = 4_096;

export interface TraceStepsDeps {
  exporter: SpanExporter;
  /** Tells every API process of the traces whose outcomes come next; may get lost. */
  tellTraces: (message: string) => void;
}

/** The same steps, each with a span for every attempt that is traced. Attempts that are not cost a look at a field. */
export function createTraceSteps({ exporter, tellTraces }: TraceStepsDeps) {
  const record = (attempts: readonly MayBeTraced[], span: SpanLabel & SpanTimes): void => {
    for (const { trace } of attempts) {
      const parent = trace === undefined ? null : readTraceparent(trace);
      if (!parent) continue;
      const ids = { traceId: parent.traceId, parentSpanId: parent.spanId, spanId: newSpanId() };
      exporter.record({ ...span, ...ids });
    }
  };
  const during = <Result>(
    attempts: readonly MayBeTraced[],
    span: SpanLabel,
    work: () => Promise<Result>,
  ): Promise<Result> => timed(work, (times) => record(attempts, { ...span, ...times }));
  /** By attempt: heard just before their outcomes, by every process, for the shopper's socket may be at any of them. */
  const awaited = new Map<string, string>();

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
      (saleId, decided) => {
        const traced = decided.filter(({ trace }) => trace !== undefined);
        if (traced.length > 0)
          tellTraces(traced.map(({ attemptId, trace }) => `${attemptId} ${trace}`).join('\n'));
        return during(
          decided,
          { name: 'announce', kind: 'producer', attributes: { 'db.system.name': 'redis' } },
          () => announce(saleId, decided),
        );
      },
    hearTraces: (message: string): void => {
      if (awaited.size >= MOST_AWAITED) awaited.clear();
      for (const line of message.split('\n')) {
        const [attemptId, trace] = line.split(' ');
        if (attemptId !== undefined && trace !== undefined) awaited.set(attemptId, trace);
      }
    },
    /** Of an outcome that somebody listens for here. */
    sendOutcome:
      (send: HearOutcomesDeps['sendOutcome']): HearOutcomesDeps['sendOutcome'] =>
      (shopperId, read) => {
        if (awaited.size === 0) {
          send(shopperId, read);
          return;
        }
        const startMs = epochMs();
        const sent: AttemptStatusBody[] = [];
        send(shopperId, () => {
          const body = read();
          sent.push(body);
          return body;
        });
        const traced = sent.map(({ attemptId }) => ({ trace: awaited.get(attemptId) }));
        const attributes = {
          'messaging.system': 'socket.io',
          'messaging.operation.name': 'purchase:outcome',
        };
        record(traced, {
          name: 'send to the socket',
          kind: 'producer',
          attributes,
          startMs,
          endMs: epochMs(),
        });
      },
    /** Of what this very process accepted: the end of a trace is told by the process that began it. */
    hearOutcomes:
      (hear: (message: string) => void, accepted: Pick<AcceptedAttempts, 'find'>) =>
      (message: string): void => {
        const { saleId, outcomes } = parseOutcomesMessage(message);
        const owed = outcomes.flatMap(({ attemptId }) => accepted.find(saleId, attemptId) ?? []);
        const startMs = epochMs();
        hear(message);
        record(owed, {
          ...{ name: 'tell the outcome', kind: 'internal', attributes: {} },
          ...{ startMs, endMs: epochMs() },
        });
        for (const { attemptId } of outcomes) awaited.delete(attemptId);
      },
  };
}

export type TraceSteps = ReturnType<typeof createTraceSteps>;
