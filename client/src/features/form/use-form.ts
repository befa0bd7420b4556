import { useState } from 'react';
import { useServices } from '../../lib/services.ts';
import { createDrafts, type Draft, type Fields } from './drafts.ts';
import { changedFields, rebase, type ForeignChange } from './rebase.ts';

/** What a form begins from; `version` is the edited thing's, 0 for something new. */
export type FormStart = Draft['base'];

/** A form as it is sent, and sent again when the answer is lost: later versions and letters are no part of it. */
export interface Sent {
  body: object;
  fields: Fields;
  version: number;
}

export interface Form {
  fields: Fields;
  /** What an edit names in `If-Match`. */
  version: number;
  /** Those that differ from what the form began from. */
  changed: Fields;
  /** What was typed here before, and not sent, has come back. */
  isRestored: boolean;
  /** What somebody else has changed since the form was opened. */
  foreignChanges: readonly ForeignChange[];
  set: (field: string, value: string) => void;
  /** Forgets what was typed, and begins again from what is now. */
  startOver: () => void;
  /** Goes on from what came of these fields when they were sent; what was typed since then stays. */
  goOn: (start: FormStart, sent: Fields) => void;
}

interface FormState {
  draft: Draft;
  isRestored: boolean;
  foreignChanges: readonly ForeignChange[];
}

/**
 * The state of a form, kept in the tab's storage while it is typed: nothing is lost when the session ends, or the page is
 * left or loaded again. `goOn` once it was sent.
 *
 * @param id     names the form and what it is about; another id is another form, with another `key`
 * @param start  a higher version than before is what somebody else made of it: what is typed stays, the rest follows
 */
export function useForm(id: string, start: FormStart): Form {
  const { session } = useServices();
  // Whoever signs in next in this tab is shown nobody else's words.
  const [draftId] = useState(() => `${session.current().signedIn?.user.id ?? ''}.${id}`);
  const [state, setState] = useState(() => open(draftId, start));
  const { draft } = state;
  if (start.version > draft.base.version) setState(moveOn(state, start));

  const put = (next: Draft, notices: Omit<FormState, 'draft'> = QUIET) => {
    setState({ ...notices, draft: next });
    const isTyped = Object.keys(changedFields(next.base.fields, next.fields)).length > 0;
    if (isTyped) draftsOfTab().keep(draftId, next);
    else draftsOfTab().clear(draftId);
  };
  return {
    fields: draft.fields,
    version: draft.base.version,
    changed: changedFields(draft.base.fields, draft.fields),
    isRestored: state.isRestored,
    foreignChanges: state.foreignChanges,
    set: (field, value) => put({ base: draft.base, fields: { ...draft.fields, [field]: value } }, state),
    startOver: () => {
      draftsOfTab().clear(draftId);
      setState(begin(start));
    },
    goOn: (from, sent) => put({ fields: rebase(sent, draft.fields, from.fields).fields, base: from }),
  };
}

function draftsOfTab() {
  return createDrafts(sessionStorage);
}

const QUIET = { isRestored: false, foreignChanges: [] } as const satisfies Omit<FormState, 'draft'>;

function begin(start: FormStart): FormState {
  return { ...QUIET, draft: { fields: start.fields, base: start } };
}

function open(draftId: string, start: FormStart): FormState {
  const draft = draftsOfTab().read(draftId);
  return draft ? { draft, isRestored: true, foreignChanges: [] } : begin(start);
}

function moveOn({ draft, isRestored }: FormState, now: FormStart): FormState {
  const { fields, changes } = rebase(draft.base.fields, draft.fields, now.fields);
  return { draft: { fields, base: now }, isRestored, foreignChanges: changes };
}
