import { useId, type ComponentProps, type ReactNode } from 'react';
import type { Form } from './use-form.ts';

interface Described {
  form: Pick<Form, 'fields' | 'set'>;
  name: string;
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
}

type Own<Tag extends 'input' | 'textarea' | 'select'> = Described &
  Omit<ComponentProps<Tag>, 'form' | 'name' | 'value' | 'onChange'>;

/** One line of a form. */
export function TextField({ form, name, label, hint, error, ...input }: Own<'input'>) {
  return (
    <Labelled {...{ label, hint, error }}>
      {(described) => (
        <input
          {...input}
          {...described}
          name={name}
          value={form.fields[name] ?? ''}
          onChange={(event) => form.set(name, event.target.value)}
        />
      )}
    </Labelled>
  );
}

/** Several lines. */
export function AreaField({ form, name, label, hint, error, ...area }: Own<'textarea'>) {
  return (
    <Labelled {...{ label, hint, error }}>
      {(described) => (
        <textarea
          {...area}
          {...described}
          name={name}
          value={form.fields[name] ?? ''}
          onChange={(event) => form.set(name, event.target.value)}
        />
      )}
    </Labelled>
  );
}

/** One of a few. */
export function SelectField({ form, name, label, hint, error, ...select }: Own<'select'>) {
  return (
    <Labelled {...{ label, hint, error }}>
      {(described) => (
        <select
          {...select}
          {...described}
          name={name}
          value={form.fields[name] ?? ''}
          onChange={(event) => form.set(name, event.target.value)}
        />
      )}
    </Labelled>
  );
}

interface DescribedBy {
  id: string;
  'aria-describedby'?: string;
  'aria-invalid'?: true;
}

function Labelled({
  label,
  hint,
  error,
  children,
}: Pick<Described, 'label' | 'hint' | 'error'> & { children: (described: DescribedBy) => ReactNode }) {
  const id = useId();
  const [hintId, errorId] = [`${id}hint`, `${id}error`];
  const describedBy = [hint && hintId, error && errorId].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        ...(describedBy && { 'aria-describedby': describedBy }),
        ...(error && { 'aria-invalid': true }),
      })}
      {hint && (
        <span id={hintId} className="hint">
          {hint}
        </span>
      )}
      {error && (
        <span id={errorId} className="field-error">
          {error}
        </span>
      )}
    </div>
  );
}
