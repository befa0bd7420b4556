import { useState } from 'react';
import type { OperatorUserBody } from '../../../../../src/contracts/operator-http.ts';
import { UserChange } from '../../../features/account/user-change.tsx';
import { UserList } from '../../../features/account/user-list.tsx';
import { Loaded } from '../../../features/desk/loaded.tsx';
import { useOperatorPages } from '../../../features/desk/use-operator-query.ts';
import { FilterBar, type FilterField } from '../../../features/list/filter-bar.tsx';
import { More } from '../../../features/list/more.tsx';
import { useFilter } from '../../../features/list/use-filter.ts';
import { officeWords } from '../../../words/office-words.ts';
import { PageTitle } from './page-title.tsx';
import '../office.css';

const { user: words } = officeWords;
const FIELDS: readonly FilterField[] = [
  { kind: 'text', name: 'email', label: words.emailFilter },
  { kind: 'choice', name: 'role', label: words.role, all: words.anyRole, choices: words.roles },
  {
    kind: 'choice',
    name: 'blocked',
    label: words.access,
    all: words.anyAccess,
    choices: { false: words.active, true: words.blocked },
  },
];

/** Who has an account; for administrators. */
export function UsersPage() {
  const filter = useFilter(FIELDS.map(({ name }) => name));
  const [changingId, setChangingId] = useState<string>();
  const read = useOperatorPages<{ users: OperatorUserBody[]; nextCursor?: string }>('/api/admin/users', {
    query: filter.values,
  });
  const users = read.data?.flatMap((page) => page.users) ?? [];
  const changing = users.find(({ id }) => id === changingId);
  return (
    <>
      <PageTitle title={words.title} />
      <FilterBar filter={filter} fields={FIELDS} label={officeWords.list.filterLabel(words.title)} />
      <Loaded of={read}>{() => <UserList users={users} onChange={({ id }) => setChangingId(id)} />}</Loaded>
      <More of={read} />
      {changing && <UserChange key={changing.id} user={changing} onClose={() => setChangingId(undefined)} />}
    </>
  );
}
