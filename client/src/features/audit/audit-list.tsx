import { Link } from 'react-router';
import type { AuditEntryBody } from '../../../../src/contracts/operator-http.ts';
import { formatInstant } from '../list/format-instant.ts';
import { officeWords } from '../../words/office-words.ts';
import { DeskState } from '../desk/loaded.tsx';
import { DiffTable } from './diff-table.tsx';

/** Who changed what and why, newest first; each opens to what was before and after. */
export function AuditList({ entries, isFiltered }: { entries: AuditEntryBody[]; isFiltered: boolean }) {
  const { audit: words, list } = officeWords;
  if (entries.length === 0)
    return isFiltered ? (
      <DeskState picture="lens" title={list.noneFound} text={list.noneFoundText} />
    ) : (
      <DeskState picture="line" title={words.none} text={words.noneText} />
    );
  return (
    <ol className="audit" data-testid="audit">
      {entries.map((entry) => (
        <li key={entry.id} className="card audit-entry" data-action={entry.action}>
          <AuditLine entry={entry} />
        </li>
      ))}
    </ol>
  );
}

function AuditLine({ entry }: { entry: AuditEntryBody }) {
  const { audit: words } = officeWords;
  const { at, action, subject, actorEmail, actorId, reason, before, after, requestId } = entry;
  const actor = actorEmail ?? actorId;
  return (
    <>
      <p className="audit-line">
        <span className="badge badge-scheduled">{action}</span>
        <time dateTime={at}>{formatInstant(at)}</time>
        <span>
          {words.by}{' '}
          {actor === undefined ? (
            words.command
          ) : (
            <Link to={{ search: `?${new URLSearchParams({ actor }).toString()}` }}>{actor}</Link>
          )}
        </span>
        <Link className="audit-subject" to={{ search: `?${new URLSearchParams({ subject }).toString()}` }}>
          {subject}
        </Link>
      </p>
      {reason !== undefined && <p>{words.why(reason)}</p>}
      <details>
        <summary>{words.whatChanged}</summary>
        <DiffTable before={before} after={after} />
        {requestId !== undefined && <p className="hint">{words.request(requestId)}</p>}
      </details>
    </>
  );
}
