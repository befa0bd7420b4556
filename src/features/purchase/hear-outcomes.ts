import type { AttemptStatusBody } from '../../contracts/http.ts';
import type { AcceptedAttempts } from './accepted-attempts.ts';
import { parseOutcomesMessage } from './announce.ts';
import type { OutcomeWaiters } from './outcome-waiters.ts';

export interface HearOutcomesDeps {
  accepted: AcceptedAttempts;
  waiters: OutcomeWaiters;
  sendOutcome: (shopperId: string, body: AttemptStatusBody) => void;
  /** Told how long after its acceptance an attempt's outcome was heard of, ms. */
  outcomeTook: (saleId: string, ms: number) => void;
}

/** What an API process does with announced outcomes: nothing is owed any more, whoever waits is told. */
export function createHearOutcomes({ accepted, waiters, sendOutcome, outcomeTook }: HearOutcomesDeps) {
  return (message: string): void => {
    const { saleId, outcomes } = parseOutcomesMessage(message);
    for (const { shopperId, body } of outcomes) {
      const tookMs = accepted.announced(saleId, body.attemptId);
      if (tookMs !== undefined) outcomeTook(saleId, tookMs);
      waiters.announced(body);
      sendOutcome(shopperId, body);
    }
  };
}
