import { useId, useState, type ReactNode } from 'react';
import { officeWords } from '../../words/office-words.ts';
import type { Filter } from './use-filter.ts';

export type FilterField = { name: string; label: string } & (
  | { kind: 'text'; suggestions?: readonly string[] }
  | { kind: 'time' }
  | { kind: 'choice'; all: string; choices: Readonly<Record<string, string>> }
);

/** The fields that narrow a list, taken over by Enter or the button; a choice at once. */
export function FilterBar({
  filter,
  fields,
  label,
  actions = { apply: officeWords.list.filter, clear: officeWords.list.showAll },
}: {
  filter: Filter;
  fields: readonly FilterField[];
  label: string;
  /** What its buttons are called. */
  actions?: { apply: string; clear: string };
}) {
  const address = JSON.stringify(filter.values);
  const [typed, setTyped] = useState({ values: filter.values, address });
  // Somebody went back, or followed a link.
  if (typed.address !== address) setTyped({ values: filter.values, address });
  const { values } = typed;
  const isSet = Object.keys(filter.values).length > 0;
  return (
    <form
      role="search"
      aria-label={label}
      className="filter"
      onSubmit={(event) => {
        event.preventDefault();
        filter.set(values);
      }}
    >
      {fields.map((field) => (
        <FilterControl
          key={field.name}
          field={field}
          value={values[field.name] ?? ''}
          onChange={(value) => {
            const next = { ...values, [field.name]: value };
            setTyped({ values: next, address });
            if (field.kind === 'choice') filter.set(next);
          }}
        />
      ))}
      <div className="filter-actions">
        <button type="submit">{actions.apply}</button>
        {isSet && (
          <button type="button" className="button-plain" onClick={() => filter.set({})}>
            {actions.clear}
          </button>
        )}
      </div>
    </form>
  );
}

function FilterControl({
  field,
  value,
  onChange,
}: {
  field: FilterField;
  value: string;
  onChange: (value: string) => void;
}) {
  const id = useId();
  const control = (input: ReactNode) => (
    <div className="field">
      <label htmlFor={id}>{field.label}</label>
      {input}
    </div>
  );
  switch (field.kind) {
    case 'choice':
      return control(
        <select id={id} name={field.name} value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="">{field.all}</option>
          {Object.entries(field.choices).map(([choice, label]) => (
            <option key={choice} value={choice}>
              {label}
            </option>
          ))}
        </select>,
      );
    case 'time':
      return control(
        <input
          id={id}
          name={field.name}
          type="datetime-local"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />,
      );
    case 'text':
      return control(
        <>
          <input
            id={id}
            name={field.name}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            maxLength={200}
            autoComplete="off"
            {...(field.suggestions && { list: `${id}list` })}
          />
          {field.suggestions && (
            <datalist id={`${id}list`}>
              {field.suggestions.map((suggestion) => (
                <option key={suggestion} value={suggestion} />
              ))}
            </datalist>
          )}
        </>,
      );
  }
}
