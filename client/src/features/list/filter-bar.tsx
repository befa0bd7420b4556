import { useId, type ReactNode } from 'react';
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
  const read = (form: HTMLFormElement) => {
    const typed = new FormData(form);
    filter.set(
      Object.fromEntries(
        fields.map(({ name }) => {
          const value = typed.get(name);
          return [name, typeof value === 'string' ? value : ''];
        }),
      ),
    );
  };
  const isSet = Object.keys(filter.values).length > 0;
  return (
    <form
      // Anew when the address changes: its fields begin from what is there.
      key={JSON.stringify(filter.values)}
      role="search"
      aria-label={label}
      className="filter"
      onSubmit={(event) => {
        event.preventDefault();
        read(event.currentTarget);
      }}
    >
      {fields.map((field) => (
        <FilterControl
          key={field.name}
          field={field}
          value={filter.values[field.name] ?? ''}
          onChoice={read}
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
  onChoice,
}: {
  field: FilterField;
  value: string;
  onChoice: (form: HTMLFormElement) => void;
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
        <select
          id={id}
          name={field.name}
          defaultValue={value}
          onChange={(event) => {
            if (event.target.form) onChoice(event.target.form);
          }}
        >
          <option value="">{field.all}</option>
          {Object.entries(field.choices).map(([choice, label]) => (
            <option key={choice} value={choice}>
              {label}
            </option>
          ))}
        </select>,
      );
    case 'time':
      return control(<input id={id} name={field.name} type="datetime-local" defaultValue={value} />);
    case 'text':
      return control(
        <>
          <input
            id={id}
            name={field.name}
            defaultValue={value}
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
