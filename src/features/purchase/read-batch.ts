import { UnusableJobError } from '../../infrastructure/queue/settle-queue.ts';
import { isUuid } from '../../utils/is-uuid.ts';
import { MAX_ATTEMPTS_PER_ADMIT } from './admit.ts';
import type { AdmittedAttempt, AttemptBatch } from './purchase.model.ts';

/** The last instant a `Date` can name, epoch ms. */
const LAST_INSTANT_MS = 8.64e15;

/**
 * Reads a job as the batch it should be. What the gate promised is in flight whatever a job says: reconcile enqueues a batch
 * again whose job is refused here, so nothing is lost with it.
 *
 * An attempt that is readable but cannot be written is not refused here: settle sets it aside alone.
 *
 * @throws UnusableJobError naming the first thing that is wrong
 */
export function readBatch(job: unknown): AttemptBatch {
  const { saleId, stockId, batchId, attempts } = (job ?? {}) as Partial<Record<keyof AttemptBatch, unknown>>;
  if (!isId(saleId) || !isId(stockId) || !isId(batchId))
    throw new UnusableJobError('sale, stock or batch is not an id');
  if (!Array.isArray(attempts)) throw new UnusableJobError('it has no attempts');
  if (attempts.length > MAX_ATTEMPTS_PER_ADMIT)
    throw new UnusableJobError(
      `${attempts.length} attempts, a gate call has at most ${MAX_ATTEMPTS_PER_ADMIT}`,
    );
  const wrong = attempts.findIndex((attempt: unknown) => !isAdmitted(attempt));
  if (wrong !== -1) throw new UnusableJobError(`attempt ${wrong + 1} of ${attempts.length} is not readable`);
  return { saleId, stockId, batchId, attempts: attempts as AdmittedAttempt[] };
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && isUuid(value);
}

function isAdmitted(value: unknown): value is AdmittedAttempt {
  const { attemptId, shopperId, quantity, sequence, admittedAtMs, idempotencyKey } = (value ?? {}) as Partial<
    Record<keyof AdmittedAttempt, unknown>
  >;
  return (
    isId(attemptId) &&
    isId(shopperId) &&
    isWithin(quantity, Number.MAX_SAFE_INTEGER) &&
    isWithin(sequence, Number.MAX_SAFE_INTEGER) &&
    isWithin(admittedAtMs, LAST_INSTANT_MS) &&
    (idempotencyKey === null || typeof idempotencyKey === 'string')
  );
}

function isWithin(value: unknown, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}
