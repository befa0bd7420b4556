/** One field of what was changed; a side that did not have it is absent. */
export interface FieldDiff {
  /** `stock.total` for a field of a field. */
  path: string;
  before?: string;
  after?: string;
}

/**
 * Sets what was before and after a change side by side, field by field.
 *
 * Lists count as one value: what operators change holds none that is longer than a few words.
 */
export function diffOf(before: unknown, after: unknown): FieldDiff[] {
  const [old, now] = [flatten(before), flatten(after)];
  return [...new Set([...old.keys(), ...now.keys()])].map((path) => {
    const [was, is] = [old.get(path), now.get(path)];
    return { path, ...(was !== undefined && { before: was }), ...(is !== undefined && { after: is }) };
  });
}

function flatten(value: unknown, path = ''): Map<string, string> {
  if (value === null || value === undefined) return new Map(path === '' ? [] : [[path, '—']]);
  if (typeof value !== 'object' || Array.isArray(value)) return new Map([[path, show(value)]]);
  const entries = Object.entries(value).flatMap(([name, part]) => [
    ...flatten(part, path === '' ? name : `${path}.${name}`),
  ]);
  return new Map(entries);
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
