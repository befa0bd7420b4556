import { useEffect, useRef } from 'react';
import { officeWords } from '../../words/office-words.ts';
import { speakTrouble, type OperatorError } from '../desk/operator-error.ts';
import { fieldErrors } from './field-errors.ts';

/**
 * Says why a form was not taken, as soon as it is known, and leads to the first field that says what is wrong with it.
 *
 * @param shown  the API's fields that are marked in the form
 */
export function TroubleNotice({ error, shown = [] }: { error: OperatorError | null; shown?: string[] }) {
  const notice = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!error) return;
    notice.current?.closest('form')?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }, [error]);
  return (
    <div role="alert" ref={notice}>
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
