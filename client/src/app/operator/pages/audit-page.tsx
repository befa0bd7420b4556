import type { AuditEntryBody } from '../../../../../src/contracts/operator-http.ts';
import { AuditList } from '../../../features/audit/audit-list.tsx';
import { AUDIT_FILTER, auditQuery } from '../../../features/audit/audit-query.ts';
import { Loaded } from '../../../features/desk/loaded.tsx';
import { useOperatorPages } from '../../../features/desk/use-operator-query.ts';
import { FilterBar } from '../../../features/list/filter-bar.tsx';
import { More } from '../../../features/list/more.tsx';
import { useFilter } from '../../../features/list/use-filter.ts';
import { officeWords } from '../../../words/office-words.ts';
import { PageTitle } from './page-title.tsx';
import '../office.css';

/** What everybody has changed, newest first, for as far as one scrolls. */
export function AuditPage() {
  const { audit: words, list } = officeWords;
  const filter = useFilter(AUDIT_FILTER.map(({ name }) => name));
  const read = useOperatorPages<{ entries: AuditEntryBody[]; nextCursor?: string }>('/api/admin/audit', {
    query: auditQuery(filter.values),
  });
  return (
    <>
      <PageTitle title={words.title} />
      <FilterBar filter={filter} fields={AUDIT_FILTER} label={list.filterLabel(words.title)} />
      <Loaded of={read}>
        {(pages) => (
          <AuditList
            entries={pages.flatMap(({ entries }) => entries)}
            isFiltered={Object.keys(filter.values).length > 0}
          />
        )}
      </Loaded>
      <More of={read} />
    </>
  );
}
