import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { SearchBody } from '../../../../src/contracts/operator-http.ts';
import { formatCount } from '../../lib/format.ts';
import { officeWords } from '../../words/office-words.ts';
import { DeskState } from '../desk/loaded.tsx';
import { formatInstant } from '../list/format-instant.ts';

/** What a search has found: who it is, what they wished for and what they bought. */
export function SearchResults({
  found: { users, attempts, orders },
  linkTo,
  openedId,
}: {
  found: SearchBody;
  /** Where the trail of an attempt is. */
  linkTo: (attemptId: string) => { search: string };
  /** The attempt whose trail is open. */
  openedId: string | undefined;
}) {
  const { search: words } = officeWords;
  if (users.length + attempts.length + orders.length === 0)
    return <DeskState picture="lens" title={words.none} text={words.noneText} />;
  const attemptLink = (attemptId: string, id: string) => (
    <Link to={linkTo(attemptId)} aria-current={attemptId === openedId || undefined}>
      <code>{id}</code>
    </Link>
  );
  return (
    <div className="search-results" data-testid="search-results">
      {users.map(({ id, email, name, role, blocked }) => (
        <section key={id} className="card" aria-label={words.user}>
          <h2>{email}</h2>
          <p>
            {name} <span className={`badge badge-role-${role}`}>{officeWords.user.roles[role]}</span>{' '}
            {blocked && <span className="badge badge-bad">{officeWords.user.blocked}</span>}
          </p>
          <p className="hint">
            <code>{id}</code>
          </p>
        </section>
      ))}
      <FoundTable
        title={words.attempts(formatCount(attempts.length))}
        rows={attempts.map((attempt) => ({ ...attempt, id: attempt.attemptId }))}
        link={attemptLink}
      />
      <FoundTable
        title={words.orders(formatCount(orders.length))}
        rows={orders.map((order) => ({ ...order, id: order.orderId }))}
        link={attemptLink}
      />
    </div>
  );
}

interface FoundRow {
  id: string;
  attemptId: string;
  quantity: number;
  status: string;
  at: string;
}

function FoundTable({
  title,
  rows,
  link,
}: {
  title: string;
  rows: FoundRow[];
  link: (attemptId: string, id: string) => ReactNode;
}) {
  const { search: words } = officeWords;
  if (rows.length === 0) return null;
  return (
    <section className="card table-box" tabIndex={0} aria-label={title}>
      <h2>{title}</h2>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{words.id}</th>
            <th scope="col">{words.status}</th>
            <th scope="col">{words.quantity}</th>
            <th scope="col">{words.at}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, attemptId, status, quantity, at }) => (
            <tr key={id} data-status={status}>
              <th scope="row">{link(attemptId, id)}</th>
              <td>
                <AttemptBadge status={status} />
              </td>
              <td>{formatCount(quantity)}</td>
              <td>{formatInstant(at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const BADGES: Readonly<Record<string, string>> = {
  queued: 'badge-scheduled',
  confirmed: 'badge-good',
  rejected: 'badge-bad',
  cancelled: 'badge-paused',
};

export function AttemptBadge({ status }: { status: string }) {
  const labels: Readonly<Record<string, string>> = officeWords.search.statuses;
  return <span className={`badge ${BADGES[status] ?? ''}`}>{labels[status] ?? status}</span>;
}
