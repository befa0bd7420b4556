import type { ErrorCode } from '../../../../src/contracts/error-catalogue.ts';
import type { Answer } from '../../lib/http.ts';
import { pageWords } from '../../words/page-words.ts';

const WORDS = pageWords.signIn;

const TROUBLES: Partial<Record<ErrorCode, string>> = {
  invalid_credentials: WORDS.wrong,
  email_taken: WORDS.taken,
  not_found: WORDS.noGuests,
  forbidden: WORDS.noGuests,
  rate_limited: WORDS.tooOften,
  service_unavailable: WORDS.unreachable,
};
const BAD_FIELDS: Record<string, string> = {
  email: WORDS.badEmail,
  password: WORDS.badPassword,
  name: WORDS.badName,
};

/** Why signing in did not work, for the person at the form; nothing when it did. */
export function signInTrouble(answer: Answer<unknown>): string | undefined {
  if (answer.kind === 'ok') return undefined;
  if (answer.kind === 'unreachable') return WORDS.unreachable;
  const { code, errors = [] } = answer.problem;
  const fields = errors.flatMap(({ field }) => BAD_FIELDS[field] ?? []);
  return fields.length > 0 ? fields.join(' ') : (TROUBLES[code] ?? WORDS.failed);
}
