import type { OperatorUserBody } from '../../../../src/contracts/operator-http.ts';
import { formatMoment } from '../../lib/format.ts';
import { useSession } from '../../lib/services.ts';
import { officeWords } from '../../words/office-words.ts';
import { DeskState } from '../desk/loaded.tsx';

/** Who has an account, and what they may; nobody changes their own. */
export function UserList({
  users,
  onChange,
}: {
  users: OperatorUserBody[];
  onChange: (user: OperatorUserBody) => void;
}) {
  const { user: words, list } = officeWords;
  const ownId = useSession().signedIn?.user.id;
  if (users.length === 0)
    return <DeskState picture="lens" title={list.noneFound} text={list.noneFoundText} />;
  return (
    <div className="table-box card" tabIndex={0} role="region" aria-label={words.title}>
      <table className="table" data-testid="users">
        <thead>
          <tr>
            <th scope="col">{words.email}</th>
            <th scope="col">{words.name}</th>
            <th scope="col">{words.role}</th>
            <th scope="col">{words.access}</th>
            <th scope="col">{words.since}</th>
            <th scope="col">
              <span className="visually-hidden">{words.change}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {users.map((user) => (
            <tr key={user.id} data-user-id={user.id}>
              <th scope="row">{user.email}</th>
              <td>{user.name || words.noName}</td>
              <td>
                <span className={`badge badge-role-${user.role}`}>{words.roles[user.role]}</span>
              </td>
              <td>
                <span className={user.blocked ? 'badge badge-bad' : 'badge badge-good'}>
                  {user.blocked ? words.blocked : words.active}
                </span>
              </td>
              <td>{formatMoment(user.createdAt)}</td>
              <td>
                {user.id === ownId ? (
                  <span className="hint">{words.own}</span>
                ) : (
                  <button type="button" className="button-small" onClick={() => onChange(user)}>
                    {words.change} <span className="visually-hidden">{user.email}</span>
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
