import { useSearchParams } from 'react-router';
import type { SearchBody } from '../../../../../src/contracts/operator-http.ts';
import { DeskState, Loaded } from '../../../features/desk/loaded.tsx';
import { useOperatorQuery } from '../../../features/desk/use-operator-query.ts';
import { FilterBar, type FilterField } from '../../../features/list/filter-bar.tsx';
import { useFilter } from '../../../features/list/use-filter.ts';
import { AttemptTrail } from '../../../features/trail/attempt-trail.tsx';
import { SearchResults } from '../../../features/trail/search-results.tsx';
import { officeWords } from '../../../words/office-words.ts';
import { PageTitle } from './page-title.tsx';
import '../office.css';

const { search: words } = officeWords;
const FIELDS: readonly FilterField[] = [{ kind: 'text', name: 'q', label: words.field }];
const SHORTEST = 3;
/** While something that was found is in flight it is looked for again this often, ms. */
const FOLLOW_MS = 2_000;

/** Finds a shopper, an attempt or an order, and opens the trail of one attempt beside what was found. */
export function SearchPage() {
  const filter = useFilter(['q']);
  const [search] = useSearchParams();
  const sought = filter.values.q ?? '';
  const openedId = search.get('attempt') ?? undefined;
  const read = useOperatorQuery<SearchBody>('/api/admin/search', {
    query: { q: sought },
    isWanted: sought.length >= SHORTEST,
    everyMs: (found) => (found?.attempts.some(({ status }) => status === 'queued') ? FOLLOW_MS : undefined),
  });
  const linkTo = (attemptId: string) => ({
    search: `?${new URLSearchParams({ q: sought, attempt: attemptId }).toString()}`,
  });
  return (
    <>
      <PageTitle title={words.title} />
      <FilterBar
        filter={filter}
        fields={FIELDS}
        label={words.title}
        actions={{ apply: words.title, clear: words.clear }}
      />
      {sought.length < SHORTEST ? (
        <DeskState picture="lens" title={words.empty} text={words.emptyText} />
      ) : (
        <div className={openedId === undefined ? 'office-single' : 'office-pair'}>
          <Loaded of={read}>
            {(found) => <SearchResults found={found} linkTo={linkTo} openedId={openedId} />}
          </Loaded>
          {openedId !== undefined && <AttemptTrail key={openedId} attemptId={openedId} />}
        </div>
      )}
    </>
  );
}
