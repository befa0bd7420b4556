import type { AttemptStatusBody } from '../../../../../src/contracts/http.ts';

/** A queued attempt for one unit with what a test cares about. */
export function anAttempt(fields: Partial<AttemptStatusBody> = {}): AttemptStatusBody {
  return {
    attemptId: 'attempt',
    saleId: 'sale',
    quantity: 1,
    status: 'queued',
    queuedAt: '2026-01-01T00:00:00.000Z',
    ...fields,
  };
}
