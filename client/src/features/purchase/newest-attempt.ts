import type { AttemptStatusBody } from '../../../../src/contracts/http.ts';

export interface ShownAttempt extends AttemptStatusBody {
  /** The lowest place in line that was ever shown. */
  lowestPosition?: number;
}

/** What to show of an attempt: an outcome is final, and the place in line never goes up, in whatever order bodies come. */
export function newestAttempt(shown: ShownAttempt | undefined, incoming: AttemptStatusBody): ShownAttempt {
  if (shown?.attemptId !== incoming.attemptId) return withPosition(incoming, undefined);
  if (shown.status !== 'queued') return shown;
  return withPosition(incoming, shown.lowestPosition);
}

function withPosition(incoming: AttemptStatusBody, lowest: number | undefined): ShownAttempt {
  if (incoming.position === undefined)
    return { ...incoming, ...(lowest !== undefined && { lowestPosition: lowest }) };
  const position = Math.min(incoming.position, lowest ?? incoming.position);
  return { ...incoming, position, lowestPosition: position };
}
