import { formatCount } from '../../lib/format.ts';
import { words } from '../../words/words.ts';
import type { Standing } from './standing.ts';

/** The place in line, an honest guess of the wait, and what is left for those who come now. */
export function PlaceInLine({ standing, unitsLeft }: { standing: Standing; unitsLeft: number }) {
  const { place } = words;
  const { position } = standing;
  return (
    <dl className="place">
      <div>
        <dt>{place.place}</dt>
        <dd data-testid="position">{position === undefined ? place.unknown : formatCount(position)}</dd>
      </div>
      <div>
        <dt>{place.wait}</dt>
        <dd data-testid="wait">{waitWords(standing.wait)}</dd>
      </div>
      <div>
        <dt>{place.left}</dt>
        <dd>{formatCount(unitsLeft)}</dd>
      </div>
    </dl>
  );
}

function waitWords(wait: Standing['wait']): string {
  if (!wait) return words.place.unknown;
  if (wait.toSec <= 2) return words.place.soon;
  return words.place.range(formatCount(wait.fromSec), formatCount(wait.toSec));
}
