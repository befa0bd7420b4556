import type { AttemptStatusBody } from '../../contracts/http.ts';
import type { AcceptedAttempts } from './accepted-attempts.ts';
import { parseOutcomesMessage } from './announce.ts';
import type { OutcomeWaiters } from './outcome-waiters.ts';
import { parseDecided, presentDecided, shopperOf } from './purchase.model.ts';

export interface HearOutcomesDeps {
  accepted: AcceptedAttempts;
  waiters: OutcomeWaiters;
  /** `read` is called when the shopper has a socket in this process. */
  sendOutcome: (shopperId: string, read: () => AttemptStatusBody) => void;
  /** Told how long after its acceptance an attempt's outcome was heard of, ms. */
  outcomeTook: (saleId: string, ms: number) => void;
}

/** What an API process does with announced outcomes: nothing is owed any more, whoever waits is told. */
export function createHearOutcomes({ accepted, waiters, sendOutcome, outcomeTook }: HearOutcomesDeps) {
  return (message: string): void => {
    const { saleId, outcomes } = parseOutcomesMessage(message);
    for (const { attemptId, record } of outcomes) {
      const tookMs = accepted.announced(saleId, attemptId);
      if (tookMs !== undefined) outcomeTook(saleId, tookMs);
      // Most of a crowd's outcomes have nobody who waits in this very process.
      const read = (): AttemptStatusBody => presentDecided(saleId, parseDecided(attemptId, record));
      waiters.announced(attemptId, read);
      sendOutcome(shopperOf(record), read);
    }
  };
}
