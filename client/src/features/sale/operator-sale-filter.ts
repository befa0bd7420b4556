import { officeWords } from '../../words/office-words.ts';
import type { FilterField } from '../list/filter-bar.tsx';

const { sale: words } = officeWords;

/** What the list of sales is narrowed by. */
export const SALE_FILTER: readonly FilterField[] = [
  { kind: 'text', name: 'name', label: words.fields.name },
  { kind: 'choice', name: 'state', label: words.state, all: words.anyState, choices: words.states },
  { kind: 'choice', name: 'when', label: words.when, all: words.anyTime, choices: words.times },
];
