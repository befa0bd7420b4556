import { ERROR_CATALOGUE, type ErrorCode } from '../../../../../src/contracts/error-catalogue.ts';
import type { Answer } from '../../../lib/http.ts';

/** The answer of an API that refuses with a code. */
export function aProblem(
  code: ErrorCode,
  retryAfterMs?: number,
): Extract<Answer<never>, { kind: 'problem' }> {
  const { status, title, retryable } = ERROR_CATALOGUE[code];
  return {
    kind: 'problem',
    problem: {
      type: `/problems/${code}`,
      title,
      status,
      code,
      detail: title,
      requestId: 'request',
      retryable,
    },
    retryAfterMs,
  };
}
