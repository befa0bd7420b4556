import { officeWords } from '../../words/office-words.ts';
import { diffOf } from './diff-of.ts';

/** What was before and what is after, a line a field; struck out and underlined, not by colour alone. */
export function DiffTable({ before, after }: { before: unknown; after: unknown }) {
  const { audit: words } = officeWords;
  const lines = diffOf(before, after);
  if (lines.length === 0) return <p className="hint">{words.noFields}</p>;
  return (
    <table className="diff" data-testid="diff">
      <thead>
        <tr>
          <th scope="col">{words.field}</th>
          <th scope="col">{words.before}</th>
          <th scope="col">{words.after}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ path, before: was, after: now }) => (
          <tr key={path} data-changed={was !== now || undefined}>
            <th scope="row">{path}</th>
            <td>{was === undefined ? <Absent /> : was === now ? was : <del>{was}</del>}</td>
            <td>{now === undefined ? <Absent /> : was === now ? now : <ins>{now}</ins>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Absent() {
  return (
    <span className="hint">
      <span aria-hidden="true">·</span>
      <span className="visually-hidden">{officeWords.audit.absent}</span>
    </span>
  );
}
