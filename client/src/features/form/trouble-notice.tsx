import { officeWords } from '../../words/office-words.ts';
import { speakTrouble, type OperatorError } from '../desk/operator-error.ts';

/** Field → what the server says is wrong with it. */
export type FieldErrors = Readonly<Record<string, string>>;

export function fieldErrors(error: OperatorError | null): FieldErrors {
  return Object.fromEntries((error?.problem?.errors ?? []).map(({ field, message }) => [field, message]));
}

/**
 * Says why a form was not taken, as soon as it is known.
 *
 * @param shown  the fields that say themselves what is wrong with them
 */
export function TroubleNotice({ error, shown = [] }: { error: OperatorError | null; shown?: string[] }) {
  return (
    <div role="alert">
      {error && (
        <p className="notice notice-bad" data-testid="trouble">
          {wordsOf(error, shown)}
        </p>
      )}
    </div>
  );
}

function wordsOf(error: OperatorError, shown: string[]): string {
  const { trouble } = officeWords;
  if (error.isSignedOut) return trouble.signedOut;
  if (error.problem?.code === 'precondition_failed') return trouble.outdated;
  const fields = Object.keys(fieldErrors(error));
  if (fields.length > 0 && fields.every((field) => shown.includes(field))) return trouble.fields;
  return speakTrouble(error);
}
