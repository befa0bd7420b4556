import { useSearchParams } from 'react-router';

export interface Filter {
  /** Name → value, of those that are set. */
  values: Readonly<Record<string, string>>;
  set: (values: Readonly<Record<string, string>>) => void;
}

/**
 * What a list is narrowed to, in the page's address: it can be kept, shared and gone back to.
 *
 * @param names  of the address's parameters; others stay as they are
 */
export function useFilter(names: readonly string[]): Filter {
  const [search, setSearch] = useSearchParams();
  const values = Object.fromEntries(
    names.flatMap((name) => {
      const value = search.get(name);
      return value ? [[name, value]] : [];
    }),
  );
  return {
    values,
    set: (wanted) => {
      setSearch((before) => {
        const next = new URLSearchParams(before);
        for (const name of names) {
          const value = wanted[name]?.trim();
          if (value) next.set(name, value);
          else next.delete(name);
        }
        return next;
      });
    },
  };
}
