import { ERROR_CATALOGUE, type ProblemDocument } from '../../../../src/contracts/error-catalogue.ts';
import type { Answer } from '../../lib/http.ts';
import { deskWords } from '../../words/desk-words.ts';

type Failure = Exclude<Answer<unknown>, { kind: 'ok' }>;

/** What an operator's request came to when it was not done: the API's problem document, or no answer at all. */
export class OperatorError extends Error {
  /** Absent when the API did not answer: whether it acted is not known. */
  readonly problem: ProblemDocument | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(failure: Failure) {
    super(failure.kind === 'problem' ? failure.problem.code : 'unreachable');
    this.name = 'OperatorError';
    this.problem = failure.kind === 'problem' ? failure.problem : undefined;
    this.retryAfterMs = failure.kind === 'problem' ? failure.retryAfterMs : undefined;
  }

  /** Whether the same request may come through a little later. */
  get isPassing(): boolean {
    return this.problem === undefined || this.problem.status >= 500 || this.problem.status === 429;
  }

  get isSignedOut(): boolean {
    return this.problem?.code === 'unauthenticated';
  }

  get isForbidden(): boolean {
    return this.problem?.code === 'forbidden';
  }

  get isNotFound(): boolean {
    return this.problem?.status === 404;
  }
}

/** What went wrong and what to do next, in words for the person at the desk. */
export function speakTrouble({ problem }: OperatorError): string {
  if (!problem) return deskWords.states.unreachable;
  const fields = problem.errors?.map(({ field, message }) => `${field} ${message}`) ?? [];
  if (fields.length > 0) return `${fields.join('. ')}.`;
  return `${ERROR_CATALOGUE[problem.code].title}. ${problem.detail}`;
}

/** @throws OperatorError for anything but a success */
export function bodyOf<Body>(answer: Answer<Body>): Body {
  if (answer.kind === 'ok') return answer.body;
  throw new OperatorError(answer);
}
