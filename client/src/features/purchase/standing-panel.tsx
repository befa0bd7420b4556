import { useEffect, useRef, type ReactNode } from 'react';
import { Picture } from '../../components/picture.tsx';
import { formatUnits } from '../../lib/format.ts';
import { words } from '../../words/words.ts';
import { PlaceInLine } from './place-in-line.tsx';
import { STANDING_LOOKS } from './standing-looks.ts';
import type { Standing } from './standing.ts';

export interface StandingPanelProps {
  standing: Standing;
  /** Units left in the sale, for who stands in line. */
  unitsLeft: number;
  /** The next step, chosen by the standing's looks. */
  children?: ReactNode;
}

/**
 * Where the shopper stands: a picture, words and the next step. The words are a polite live region; what changes every
 * few seconds stands beside it, or it would never be quiet. When a wish is answered the focus goes to the answer.
 */
export function StandingPanel({ standing, unitsLeft, children }: StandingPanelProps) {
  const { kind } = standing;
  const { tone, picture } = STANDING_LOOKS[kind];
  const title = useRef<HTMLHeadingElement>(null);
  const wasBusy = useRef(false);
  useEffect(() => {
    const isBusy = tone === 'busy';
    if (wasBusy.current && !isBusy && isFocusFree()) title.current?.focus();
    wasBusy.current = isBusy;
  }, [tone]);
  return (
    <section className={`standing standing-${tone}`} data-testid="standing" data-kind={kind}>
      <Picture name={picture} />
      <div className="standing-words" role="status" aria-live="polite" aria-atomic="true">
        <h2 className="standing-title" ref={title} tabIndex={-1}>
          {words.standing[kind].title}
        </h2>
        <p>{standingText(standing)}</p>
      </div>
      <div className="standing-more">
        {kind === 'in_line' && <PlaceInLine standing={standing} unitsLeft={unitsLeft} />}
        {children}
      </div>
    </section>
  );
}

function standingText({ kind, quantity, remaining }: Standing): string {
  const { text } = words.standing[kind];
  if (typeof text === 'string') return text;
  return text({
    units: formatUnits(quantity),
    left: remaining === undefined ? undefined : formatUnits(remaining),
  });
}

/** Whoever went on to another field is not called back. */
function isFocusFree(): boolean {
  const { activeElement } = document;
  return !activeElement || activeElement === document.body || activeElement.closest('.ticket') !== null;
}
