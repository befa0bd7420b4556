import type { ErrorCode, ProblemDocument } from '../../../../src/contracts/error-catalogue.ts';
import type { AttemptStatusBody } from '../../../../src/contracts/http.ts';
import { OPENS_SOON_MS } from '../../config/timing.ts';
import type { Answer } from '../../lib/http.ts';

export type Setback = ErrorCode | 'unreachable';

export type Judgement =
  | { verdict: 'accepted'; attempt: AttemptStatusBody }
  | { verdict: 'refused'; problem: ProblemDocument; retryAfterMs: number | undefined }
  /** Ask again with the same key. `isUncertain`: this try may have counted although its answer says nothing. */
  | { verdict: 'again'; because: Setback; retryAfterMs: number | undefined; isUncertain: boolean };

/** Refusals that pass by themselves; the gate took nothing. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['gate_closed', 'overloaded']);
/** Refusals that leave open whether the attempt counted. */
const UNCERTAIN: ReadonlySet<ErrorCode> = new Set([
  'outcome_unknown',
  'service_unavailable',
  'internal_error',
]);
/** Refusals from in front of the gate: they say nothing about what an earlier try of the same wish did. */
const BEFORE_GATE: ReadonlySet<ErrorCode> = new Set(['rate_limited']);

/**
 * Decides what an answer to an attempt means for its wish.
 *
 * @param wasUncertain an earlier try of the same wish may have counted: then only the gate's word ends it
 */
export function judgeAnswer(answer: Answer<AttemptStatusBody>, wasUncertain: boolean): Judgement {
  if (answer.kind === 'ok') return { verdict: 'accepted', attempt: answer.body };
  if (answer.kind === 'unreachable') {
    return { verdict: 'again', because: 'unreachable', retryAfterMs: undefined, isUncertain: true };
  }
  const { problem, retryAfterMs } = answer;
  const isUncertain = UNCERTAIN.has(problem.code);
  const opensSoon =
    problem.code === 'sale_not_started' && retryAfterMs !== undefined && retryAfterMs <= OPENS_SOON_MS;
  if (
    isUncertain ||
    opensSoon ||
    PASSING.has(problem.code) ||
    (wasUncertain && BEFORE_GATE.has(problem.code))
  ) {
    return { verdict: 'again', because: problem.code, retryAfterMs, isUncertain };
  }
  return { verdict: 'refused', problem, retryAfterMs };
}

export interface PauseRule {
  firstMs: number;
  longestMs: number;
}

/** How long to pause before the next try: what the API asked for and a little more, else doubling, never in step. */
export function pauseBeforeTry(
  tried: number,
  retryAfterMs: number | undefined,
  random: number,
  { firstMs, longestMs }: PauseRule,
): number {
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, 60_000) + random * firstMs;
  const ceiling = Math.min(longestMs, firstMs * 2 ** (tried - 1));
  return ceiling * (0.5 + random / 2);
}
