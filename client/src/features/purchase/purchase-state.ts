import type { ErrorCode } from '../../../../src/contracts/error-catalogue.ts';
import type { Setback } from './judge-answer.ts';
import type { ShownAttempt } from './newest-attempt.ts';

/** Where a shopper stands with one sale. */
export type PurchaseState =
  | { phase: 'idle' }
  | { phase: 'signing_in' }
  /** Guests cannot be made here: the shopper has to sign in. */
  | { phase: 'sign_in_needed' }
  | { phase: 'asking'; quantity: number; setback: Setback | undefined }
  /** The answers stayed lost; the wish is kept and asked for again when the connection is back, or by hand. */
  | { phase: 'unresolved'; quantity: number; setback: Setback }
  | { phase: 'queued'; attempt: ShownAttempt }
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
  return phase === 'signing_in' || phase === 'asking' || phase === 'queued' || phase === 'unresolved';
}
