import type { InvariantBody } from '../../../../src/contracts/http.ts';
import { formatMoment } from '../../lib/format.ts';

/** The promises of the engine, as last checked against the stores. */
export function InvariantList({ invariants }: { invariants: InvariantBody[] }) {
  const broken = invariants.filter((invariant) => !invariant.ok).length;
  return (
    <section className="card card-wide">
      <h2>Promises</h2>
      <p role="status" className={broken > 0 ? 'notice notice-bad' : 'hint'}>
        {invariants.length === 0 && 'Not checked yet.'}
        {invariants.length > 0 && (broken > 0 ? `${broken} broken.` : 'All kept.')}
      </p>
      <ul className="invariants">
        {invariants.map((invariant) => (
          <li key={invariant.id}>
            <span className={invariant.ok ? 'badge badge-good' : 'badge badge-bad'}>
              {invariant.id} {invariant.ok ? 'ok' : 'broken'}
            </span>
            <span title={`Checked ${formatMoment(invariant.checkedAt)}`}>{invariant.detail}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
