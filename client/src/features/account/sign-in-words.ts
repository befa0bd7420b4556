import { ERROR_CATALOGUE } from '../../../../src/contracts/error-catalogue.ts';
import type { Answer } from '../../lib/http.ts';

/** Why signing in did not work, for the person at the form; nothing when it did. */
export function signInTrouble(answer: Answer<unknown>): string | undefined {
  switch (answer.kind) {
    case 'ok':
      return undefined;
    case 'unreachable':
      return 'The server cannot be reached. Check your connection and try again.';
    case 'problem': {
      const { code, errors } = answer.problem;
      if (code === 'invalid_request' && errors) return errors.map(({ message }) => message).join(' ');
      if (code === 'not_found' || code === 'forbidden')
        return 'Guests are not allowed here. Sign in instead.';
      if (code === 'rate_limited') return 'Too many tries. Wait a moment before you try again.';
      return `${ERROR_CATALOGUE[code].title}. ${ERROR_CATALOGUE[code].advice}`;
    }
  }
}
