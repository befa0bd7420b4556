import type { ServerResponse } from 'node:http';
import { ERROR_CATALOGUE, type ErrorCode } from '../contracts/error-catalogue.ts';
import type { Refusal } from './refusal.ts';
import { fixHeaders, requestIdOf, sendWhole, type FixedHeaders } from './send-whole.ts';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json; charset=utf-8';

interface Constant {
  status: number;
  headers: FixedHeaders;
  /** The document up to its detail. */
  head: string;
  /** Up to its request id, with the catalogue's advice for a refusal that brings no detail. */
  headWithAdvice: string;
  /** From the end of its request id. */
  tail: string;
  retryAfterSec: number | undefined;
}

const BEFORE_REQUEST_ID = ',"requestId":"';

/** The same for every refusal of a code, made once: a sold-out crowd is told its code tens of thousands of times a second. */
const CONSTANTS = Object.fromEntries(
  Object.entries(ERROR_CATALOGUE).map(([code, { status, title, advice, retryable }]): [string, Constant] => {
    const start = JSON.stringify({ type: `urn:stampede:problem:${code}`, title, status, code });
    const head = `${start.slice(0, -1)},"detail":`;
    return [
      code,
      {
        status,
        headers: fixHeaders({
          ...{ 'Content-Type': PROBLEM_CONTENT_TYPE, 'Cache-Control': 'no-store' },
          // RFC 9110, 11.6.1: a 401 names the scheme that would help.
          ...(status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
        }),
        head,
        headWithAdvice: head + JSON.stringify(advice) + BEFORE_REQUEST_ID,
        tail: `","retryable":${String(retryable)}`,
        retryAfterSec: status === 503 || status === 429 ? 1 : undefined,
      },
    ];
  }),
) as Record<ErrorCode, Constant>;

/**
 * Adds jitter to a wait, never shortening it, so that a crowd refused together does not come back together.
 *
 * @param sec  the shortest wait, in seconds
 * @returns whole seconds: the wait rounded up plus 0 to half of it, at least one and at most five seconds
 */
export function jitterRetryAfter(sec: number, random: () => number = Math.random): number {
  const wait = Math.max(0, Math.ceil(sec));
  const spread = Math.min(5, Math.max(1, Math.ceil(wait / 2)));
  return wait + Math.floor(random() * (spread + 1));
}

/**
 * Answers with the refusal's RFC 9457 problem document and ends the response.
 *
 * The request id is the one `begin` of the request scope set on `res`. `Retry-After` is the refusal's wait with jitter;
 * every 429 and 503 has one, a second when the refusal names none.
 */
export function writeProblem(res: ServerResponse, refusal: Refusal): void {
  const constant = CONSTANTS[refusal.code];
  let body =
    refusal.detail === undefined
      ? constant.headWithAdvice
      : constant.head + JSON.stringify(refusal.detail) + BEFORE_REQUEST_ID;
  body += requestIdOf(res) + constant.tail; // an id is of letters, digits and `._:-`, so it is JSON as it is
  if (refusal.attemptId !== undefined) body += `,"attemptId":${JSON.stringify(refusal.attemptId)}`;
  if (refusal.remaining !== undefined) body += `,"remaining":${String(refusal.remaining)}`;
  if (refusal.errors !== undefined) body += `,"errors":${JSON.stringify(refusal.errors)}`;
  body += '}';

  const retryAfterSec = refusal.retryAfterSec ?? constant.retryAfterSec;
  const own =
    retryAfterSec === undefined
      ? refusal.headers
      : { 'Retry-After': String(jitterRetryAfter(retryAfterSec)), ...refusal.headers };
  sendWhole(res, { status: constant.status, fixed: constant.headers, own, body });
}
