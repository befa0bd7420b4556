import type { AttemptStatusBody } from '../../contracts/http.ts';
import type { OutcomeWaiters } from './outcome-waiters.ts';
import type { PurchaseStatus } from './purchase-status.ts';
import type { Attempt } from './purchase.model.ts';

/** When a shopper is answered: as soon as the queue has the attempt, or when PostgreSQL has its outcome. */
export type AckDurability = 'queued' | 'committed';

/** Not committed by then: the shopper is told that the outcome is not known, ms. */
const COMMIT_DEADLINE_MS = 5_000;

/** A publish can be lost: the status is read as often as this while waiting, ms. */
const LOOK_UP_EVERY_MS = 1_000;

export type WhenCommitted = (attempt: Attempt) => Promise<AttemptStatusBody | null>;

/**
 * Waits for an attempt's outcome. To be called before the attempt is enqueued: its outcome can be faster than the reply.
 *
 * @returns `null` when it is not decided within 5 s
 */
export function createWhenCommitted({
  waiters,
  purchaseStatus,
}: {
  waiters: OutcomeWaiters;
  purchaseStatus: Pick<PurchaseStatus, 'byAttempt'>;
}): WhenCommitted {
  return async ({ attemptId, shopperId }) => {
    for (let waitedMs = 0; waitedMs < COMMIT_DEADLINE_MS; waitedMs += LOOK_UP_EVERY_MS) {
      const announced = await waiters.wait(attemptId, LOOK_UP_EVERY_MS);
      if (announced) return announced;
      const read = await purchaseStatus.byAttempt(attemptId, shopperId).catch(() => null);
      if (read?.ok && read.body.status !== 'queued') return read.body;
    }
    return null;
  };
}
