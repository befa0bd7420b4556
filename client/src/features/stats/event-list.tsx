import type { LiveEventBody } from '../../../../src/contracts/live-http.ts';
import { formatClock } from '../../lib/format-clock.ts';
import { deskWords } from '../../words/desk-words.ts';
import { isTrouble, speakEvent } from './live-events.ts';

/** What operators did and what failed or healed, newest first: the marks of the charts in words. */
export function EventList({ events }: { events: readonly LiveEventBody[] }) {
  const { events: words } = deskWords;
  return (
    <section className="card panel happenings" aria-label={words.title}>
      <h2>{words.title}</h2>
      {events.length === 0 && <p className="hint">{words.none}</p>}
      <ol data-testid="events" tabIndex={0} aria-label={words.title}>
        {events.map((event) => (
          <Happening key={event.id} event={event} />
        ))}
      </ol>
    </section>
  );
}

function Happening({ event }: { event: LiveEventBody }) {
  const { what, detail } = speakEvent(event);
  const tone = isTrouble(event) ? 'trouble' : event.kind === 'operator' ? 'operator' : 'news';
  return (
    <li className={`happening happening-${tone}`} data-kind={event.kind}>
      <time dateTime={new Date(event.at * 1_000).toISOString()}>{formatClock(event.at)}</time>
      <span className="happening-sign" aria-hidden="true">
        {tone === 'trouble' ? '▼' : tone === 'operator' ? '●' : '·'}
      </span>
      <span>
        <span className="visually-hidden">{deskWords.events[tone]}: </span>
        <strong>{what}</strong> {detail}
      </span>
    </li>
  );
}
