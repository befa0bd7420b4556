import type { ErrorCode } from '../../../../src/contracts/error-catalogue.ts';
import type { Setback } from './judge-answer.ts';
import type { ShownAttempt } from './newest-attempt.ts';
import type { PlaceSample } from './wait-estimate.ts';

/** Where a shopper stands with one sale. */
export type PurchaseState =
  | { phase: 'idle' }
  | { phase: 'signing_in' }
  /** Guests cannot be made here: the shopper has to sign in. */
  | { phase: 'sign_in_needed' }
  /** @property setback why the last try gave no answer; it goes on by itself */
  | { phase: 'asking'; quantity: number; setback: Setback | undefined }
  /** @property seen the places in line so far */
  | { phase: 'queued'; attempt: ShownAttempt; seen: readonly PlaceSample[] }
  | { phase: 'decided'; attempt: ShownAttempt }
  /** @property retryAt server time in milliseconds, when the API said how long to wait */
  | {
      phase: 'refused';
      code: ErrorCode | 'unreachable';
      remaining: number | undefined;
      retryAt: number | undefined;
    };

export const IDLE: PurchaseState = { phase: 'idle' };

/** Whether a wish is under way, so that another one must wait. */
export function isBusy({ phase }: PurchaseState): boolean {
  return phase === 'signing_in' || phase === 'asking' || phase === 'queued';
}
