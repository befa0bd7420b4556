/** The fields of a form, as they are typed. */
export type Fields = Record<string, string>;

/** What somebody has typed and not sent yet. */
export interface Draft {
  fields: Fields;
  /** What it began from: the edited thing's version, and its fields then. */
  base: { version: number; fields: Fields };
}

export interface Drafts {
  read: (id: string) => Draft | undefined;
  keep: (id: string, draft: Draft) => void;
  clear: (id: string) => void;
}

const START = 'stampede.draft.';

/**
 * Keeps drafts for as long as the tab lives: over reloads, and over the end of a session.
 *
 * @param storage  the tab's; one that is full or forbidden keeps nothing, and the form works without
 */
export function createDrafts(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): Drafts {
  return {
    read: (id) => {
      try {
        const draft = JSON.parse(storage.getItem(START + id) ?? 'null') as Partial<Draft> | null;
        const { fields, base } = draft ?? {};
        return fields && base ? { fields, base } : undefined;
      } catch {
        return undefined;
      }
    },
    keep: (id, draft) => {
      try {
        storage.setItem(START + id, JSON.stringify(draft));
      } catch {
        // It is a convenience, not a promise.
      }
    },
    clear: (id) => {
      storage.removeItem(START + id);
    },
  };
}
