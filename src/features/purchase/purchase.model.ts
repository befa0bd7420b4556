import type { AttemptStatusBody } from '../../contracts/http.ts';
import type { RejectionReason } from '../../contracts/error-catalogue.ts';

/** One shopper's wish as it reaches the gate. */
export interface Attempt {
  attemptId: string;
  shopperId: string;
  quantity: number;
  idempotencyKey: string | null;
}

/** An attempt the gate promised units to: what the job carries and `inflight` remembers. */
export interface AdmittedAttempt extends Attempt {
  sequence: number;
  /** The gate's time of the promise, epoch ms. */
  admittedAtMs: number;
}

/** The attempts of one gate call that were admitted: one Bull job. */
export interface AttemptBatch {
  saleId: string;
  stockId: string;
  batchId: string;
  attempts: AdmittedAttempt[];
}

export type Outcome =
  { outcome: 'confirmed'; orderId: string } | { outcome: 'rejected'; reason: RejectionReason };

/** An attempt with its one final outcome. */
export type DecidedAttempt = AdmittedAttempt & Outcome & { settledAtMs: number };

/**
 * Redis records are fields joined by `|`; the idempotency key comes last because it may hold one.
 *
 *   in flight  shopperId|quantity|sequence|admittedAtMs|batchId|key
 *   decided    C or R|shopperId|quantity|sequence|admittedAtMs|settledAtMs|orderId or reason|key
 */
export function inflightRecord(attempt: AdmittedAttempt, batchId: string): string {
  const { shopperId, quantity, sequence, admittedAtMs, idempotencyKey } = attempt;
  return `${shopperId}|${quantity}|${sequence}|${admittedAtMs}|${batchId}|${idempotencyKey ?? ''}`;
}

export function decidedRecord(attempt: DecidedAttempt): string {
  const { shopperId, quantity, sequence, admittedAtMs, settledAtMs, idempotencyKey } = attempt;
  const [mark, answer] =
    attempt.outcome === 'confirmed' ? ['C', attempt.orderId] : ['R', attempt.reason satisfies string];
  return `${mark}|${shopperId}|${quantity}|${sequence}|${admittedAtMs}|${settledAtMs}|${answer}|${idempotencyKey ?? ''}`;
}

/** @throws when the record is not one of ours */
export function parseInflight(attemptId: string, record: string): AdmittedAttempt & { batchId: string } {
  const [shopperId, quantity, sequence, admittedAtMs, batchId, ...key] = record.split('|');
  if (shopperId === undefined || batchId === undefined) throw new Error(`not an in-flight record: ${record}`);
  return {
    attemptId,
    shopperId,
    quantity: Number(quantity),
    sequence: Number(sequence),
    admittedAtMs: Number(admittedAtMs),
    batchId,
    idempotencyKey: key.join('|') || null,
  };
}

/** @throws when the record is not one of ours */
export function parseDecided(attemptId: string, record: string): DecidedAttempt {
  const [mark, shopperId, quantity, sequence, admittedAtMs, settledAtMs, answer, ...key] = record.split('|');
  if (shopperId === undefined || answer === undefined) throw new Error(`not a decided record: ${record}`);
  const attempt = {
    attemptId,
    shopperId,
    quantity: Number(quantity),
    sequence: Number(sequence),
    admittedAtMs: Number(admittedAtMs),
    settledAtMs: Number(settledAtMs),
    idempotencyKey: key.join('|') || null,
  };
  return mark === 'C'
    ? { ...attempt, outcome: 'confirmed', orderId: answer }
    : { ...attempt, outcome: 'rejected', reason: answer as RejectionReason };
}

/** A record of either kind; a decided one starts with its mark. */
export function isDecidedRecord(record: string): boolean {
  return record.charCodeAt(1) === 124; // "|" after the one-letter mark; a shopper id is longer
}

export function presentQueued(
  saleId: string,
  attempt: AdmittedAttempt,
  position: number | undefined,
): AttemptStatusBody {
  return {
    attemptId: attempt.attemptId,
    saleId,
    quantity: attempt.quantity,
    status: 'queued',
    ...(position === undefined ? {} : { position }),
    queuedAt: new Date(attempt.admittedAtMs).toISOString(),
  };
}

export function presentDecided(saleId: string, attempt: DecidedAttempt): AttemptStatusBody {
  return {
    attemptId: attempt.attemptId,
    saleId,
    quantity: attempt.quantity,
    status: attempt.outcome,
    ...(attempt.outcome === 'confirmed' ? { orderId: attempt.orderId } : { reason: attempt.reason }),
    queuedAt: new Date(attempt.admittedAtMs).toISOString(),
    settledAt: new Date(attempt.settledAtMs).toISOString(),
  };
}
