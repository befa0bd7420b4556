import { officeWords } from '../../words/office-words.ts';
import type { Form } from './use-form.ts';

/**
 * What somebody has to know of a form before it is sent: that what was typed is still there, and what others have changed
 * meanwhile.
 *
 * @param labels  field → what it is called on the form
 */
export function FormNotices({
  form,
  labels,
  show = (_field, value) => value,
}: {
  form: Form;
  labels: Record<string, string>;
  /** How a value is shown, when that is not as it is typed. */
  show?: (field: string, value: string) => string;
}) {
  const { form: words } = officeWords;
  return (
    <div role="status" className="form-notices">
      {form.isRestored && (
        <p className="notice" data-testid="restored">
          {words.restored}{' '}
          <button type="button" className="button-small" onClick={form.startOver}>
            {words.startOver}
          </button>
        </p>
      )}
      {form.foreignChanges.length > 0 && (
        <div className="notice notice-warn" data-testid="changed-meanwhile">
          <p>{words.changedMeanwhile}</p>
          <ul className="foreign-changes">
            {form.foreignChanges.map(({ field, was, now, typed }) => (
              <li key={field}>
                <strong>{labels[field] ?? field}</strong>{' '}
                {words.wasNow(show(field, was) || words.empty, show(field, now) || words.empty)}
                {typed !== undefined && <> {words.youTyped(show(field, typed) || words.empty)}</>}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
