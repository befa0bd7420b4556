import { formatCountdown, formatMoment, speakDuration } from '../../lib/format.ts';
import { words } from '../../words/words.ts';
import { spokenThreshold } from './spoken-threshold.ts';
import type { SaleMoment } from './sale-moment.ts';

export function Countdown({ next, endsAt }: { next: SaleMoment['next']; endsAt: string }) {
  if (!next) {
    return (
      <p className="countdown" data-testid="countdown">
        <span className="countdown-label">{words.sale.ended(formatMoment(endsAt))}</span>
      </p>
    );
  }
  const threshold = spokenThreshold(next.leftMs);
  return (
    <p className="countdown" data-testid="countdown" data-event={next.event}>
      <span className="countdown-label">
        {next.event === 'opens' ? words.sale.opensIn : words.sale.endsIn}
      </span>{' '}
      <span className="countdown-time" aria-hidden="true">
        {formatCountdown(next.leftMs)}
      </span>
      <span className="visually-hidden">{speakDuration(next.leftMs)}</span>
      <span className="visually-hidden" role="status">
        {next.event === 'opens' &&
          threshold !== undefined &&
          words.sale.opensInSpoken(speakDuration(threshold))}
      </span>
    </p>
  );
}
