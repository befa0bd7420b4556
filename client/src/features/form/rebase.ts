import type { Fields } from './drafts.ts';

/** A field that somebody else has changed since an edit began. */
export interface ForeignChange {
  field: string;
  was: string;
  now: string;
  /** What is typed here, when that is something else. */
  typed?: string;
}

/**
 * Carries an edit over to a newer version of what is edited: what was typed stays, every other field is as it is now.
 *
 * @param base   the fields the edit began from
 * @param typed  the same fields as they are typed
 * @param now    the same fields of the newer version
 */
export function rebase(
  base: Fields,
  typed: Fields,
  now: Fields,
): { fields: Fields; changes: ForeignChange[] } {
  const fields: Fields = {};
  const changes: ForeignChange[] = [];
  for (const [field, current] of Object.entries(now)) {
    const was = base[field] ?? '';
    const mine = typed[field] ?? was;
    const isTyped = mine !== was;
    fields[field] = isTyped ? mine : current;
    if (current !== was)
      changes.push({ field, was, now: current, ...(isTyped && mine !== current && { typed: mine }) });
  }
  return { fields, changes };
}

/** The fields that are typed anew, and nothing else. */
export function changedFields(base: Fields, typed: Fields): Fields {
  return Object.fromEntries(Object.entries(typed).filter(([field, value]) => value !== base[field]));
}
