import { ERROR_CATALOGUE, type ErrorCode } from '../contracts/error-catalogue.ts';

/** A refusal as a browser's test has it answered by, instead of the API. */
export function refusal(code: ErrorCode, retryAfterSec?: number) {
  const { status, title, retryable } = ERROR_CATALOGUE[code];
  return {
    status,
    contentType: 'application/problem+json',
    headers: retryAfterSec === undefined ? {} : { 'Retry-After': String(retryAfterSec) },
    body: JSON.stringify({
      type: 'about:blank',
      ...{ title, status, code, retryable },
      detail: title,
      requestId: '1',
    }),
  };
}
