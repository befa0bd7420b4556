import type { AdmittedAttempt, AttemptBatch, DecidedAttempt } from './purchase.model.ts';
import type { Settle } from './settle.ts';

/** At most so many attempts share a transaction: beyond it the gain is small and the lock is held long. */
export const MAX_ATTEMPTS_PER_TRANSACTION = 500;

interface Waiting {
  batch: AttemptBatch;
  resolve: () => void;
  reject: (error: unknown) => void;
}

export interface CombineDeps {
  settle: Settle;
  announce: (saleId: string, decided: readonly DecidedAttempt[]) => Promise<void>;
}

/**
 * Group commit: gathers the batches of many jobs per stock into shared transactions.
 *
 * What arrives while a transaction of a stock runs makes the next one, so the size follows the load and does not
 * depend on how the crowd was spread over processes. The first batch of an idle stock waits for the end of the
 * event-loop turn only. An announcement runs beside the next transaction.
 *
 * @returns a promise per batch that resolves when its attempts are settled *and* announced
 */
export function createCombine({ settle, announce }: CombineDeps): (batch: AttemptBatch) => Promise<void> {
  const waitingByStock = new Map<string, Waiting[]>();
  const busy = new Set<string>();

  const next = (stockId: string): void => {
    const waiting = waitingByStock.get(stockId);
    const taken = waiting ? takeUpTo(waiting, MAX_ATTEMPTS_PER_TRANSACTION) : [];
    const first = taken[0];
    if (!first) {
      busy.delete(stockId);
      waitingByStock.delete(stockId);
      return;
    }
    const { saleId } = first.batch;
    settle(saleId, stockId, unique(taken.flatMap(({ batch }) => batch.attempts)))
      .finally(() => next(stockId))
      .then((decided) => announce(saleId, decided))
      .then(
        () => taken.forEach(({ resolve }) => resolve()),
        (error: unknown) => taken.forEach(({ reject }) => reject(error)),
      );
  };

  return (batch) =>
    new Promise((resolve, reject) => {
      const waiting = waitingByStock.get(batch.stockId) ?? [];
      waitingByStock.set(batch.stockId, waiting);
      waiting.push({ batch, resolve, reject });
      if (busy.has(batch.stockId)) return;
      busy.add(batch.stockId);
      setImmediate(next, batch.stockId);
    });
}

function takeUpTo(waiting: Waiting[], most: number): Waiting[] {
  let attempts = 0;
  let jobs = 0;
  for (const { batch } of waiting) {
    if (jobs > 0 && attempts + batch.attempts.length > most) break;
    attempts += batch.attempts.length;
    jobs += 1;
  }
  return waiting.splice(0, jobs);
}

/** A batch may be there twice: its first job stalled, and reconcile added it again. */
function unique(attempts: readonly AdmittedAttempt[]): AdmittedAttempt[] {
  return [...new Map(attempts.map((attempt) => [attempt.attemptId, attempt])).values()];
}
