import type { InvariantBody } from '../../../../src/contracts/http.ts';
import { Sign } from '../../components/sign.tsx';
import { formatCount } from '../../lib/format.ts';
import { deskWords } from '../../words/desk-words.ts';

/** One light for each promise, as last checked against the stores; opened, they tell the figures behind. */
export function PromiseLights({ invariants }: { invariants: InvariantBody[] }) {
  const { promises: words } = deskWords;
  const broken = invariants.filter(({ ok }) => !ok).length;
  const verdict =
    invariants.length === 0 ? words.unknown : broken > 0 ? words.broken(formatCount(broken)) : words.kept;
  return (
    <details className="promises card" data-testid="promises" data-broken={broken}>
      <summary>
        <span className={broken > 0 ? 'promises-bad' : 'promises-good'} role="status">
          {words.title}: {verdict}
        </span>
        <span className="lights">
          {invariants.map(({ id, ok }) => (
            <span key={id} className={ok ? 'light light-ok' : 'light light-broken'}>
              <Sign name={ok ? 'check' : 'cross'} />
              {id} <span className="light-name">{nameOf(id)}</span>
              <span className="visually-hidden"> {ok ? words.isKept : words.isBroken}</span>
            </span>
          ))}
        </span>
      </summary>
      <dl className="promise-details">
        {invariants.map(({ id, detail }) => (
          <div key={id}>
            <dt>{id}</dt>
            <dd>{detail}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function nameOf(id: string): string {
  return (deskWords.promises.names as Readonly<Record<string, string | undefined>>)[id] ?? '';
}
