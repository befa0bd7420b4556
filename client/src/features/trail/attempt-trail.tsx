import { Link } from 'react-router';
import type { TrailBody, TrailEventBody } from '../../../../src/contracts/operator-http.ts';
import { formatUnits } from '../../lib/format.ts';
import { officeWords } from '../../words/office-words.ts';
import { useOperatorQuery } from '../desk/use-operator-query.ts';
import { Loaded } from '../desk/loaded.tsx';
import { formatInstant } from '../list/format-instant.ts';
import { CancelOrder } from '../order/cancel-order.tsx';
import { orderToCancel } from './order-of-trail.ts';
import { trailDetails } from './trail-details.ts';
import { AttemptBadge } from './search-results.tsx';

/** An attempt in flight is looked at again this often, ms. */
const FOLLOW_MS = 2_000;

/** Everything that is known of an attempt as a line of time, and what can still be done about it. */
export function AttemptTrail({ attemptId }: { attemptId: string }) {
  const { trail: words } = officeWords;
  const path = `/api/admin/attempts/${attemptId}/trail`;
  const read = useOperatorQuery<TrailBody>(path, {
    everyMs: (trail) => (trail?.status === 'queued' ? FOLLOW_MS : undefined),
  });
  return (
    <section className="card trail" aria-label={words.title} data-testid="trail">
      <h2>{words.title}</h2>
      <Loaded of={read}>{(trail) => <Timeline trail={trail} />}</Loaded>
    </section>
  );
}

function Timeline({ trail }: { trail: TrailBody }) {
  const { trail: words } = officeWords;
  const orderId = orderToCancel(trail);
  return (
    <>
      <p className="trail-head">
        <AttemptBadge status={trail.status} /> <span>{formatUnits(trail.quantity)}</span>{' '}
        <Link to={`/operator/sales/${trail.saleId}`}>{words.sale}</Link>{' '}
        <Link to={{ search: `?${new URLSearchParams({ q: trail.userId }).toString()}` }}>
          {words.shopper}
        </Link>
      </p>
      <ol className="timeline">
        {trail.events.map((event, index) => (
          <TimelineEvent key={`${index}${event.what}`} event={event} />
        ))}
      </ol>
      {trail.status === 'queued' && <p className="hint">{words.inFlight}</p>}
      {orderId !== undefined && <CancelOrder orderId={orderId} saleId={trail.saleId} />}
    </>
  );
}

function TimelineEvent({ event: { at, what, detail } }: { event: TrailEventBody }) {
  const names: Readonly<Record<string, string>> = officeWords.trail.events;
  const labels: Readonly<Record<string, string>> = officeWords.trail.details;
  const shown = trailDetails(detail);
  return (
    <li data-what={what}>
      <time dateTime={at}>{formatInstant(at)}</time>
      <strong>{names[what] ?? what}</strong>
      {shown.length > 0 && (
        <dl>
          {shown.map(([name, value]) => (
            <div key={name}>
              <dt>{labels[name] ?? name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}
