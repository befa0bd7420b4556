import { useEffect, useRef } from 'react';
import { formatCount } from '../../lib/format.ts';
import { useServerNow } from '../../lib/use-server-now.ts';
import type { PurchaseState } from './purchase-state.ts';
import { purchaseWords } from './purchase-words.ts';

export interface OutcomeProps {
  state: PurchaseState;
  onAskAgain: () => void;
}

/** Where the shopper stands. The words are a live region; the place in line is not, it would speak every few seconds. */
export function Outcome({ state, onAskAgain }: OutcomeProps) {
  const words = purchaseWords(state);
  const panel = useRef<HTMLDivElement>(null);
  const said = words && words.title + words.text;
  useEffect(() => {
    // On a phone the words may be below the fold.
    if (said !== undefined) panel.current?.scrollIntoView({ block: 'nearest' });
  }, [said]);
  return (
    <div
      ref={panel}
      className={words ? `outcome outcome-${words.tone}` : 'outcome'}
      data-testid="outcome"
      data-phase={state.phase}
      data-status={state.phase === 'decided' ? state.attempt.status : undefined}
    >
      <div role="status" aria-live="polite" aria-atomic="true">
        {words && <h2 className="outcome-title">{words.title}</h2>}
        {words?.text && <p>{words.text}</p>}
      </div>
      {state.phase === 'queued' && state.attempt.position !== undefined && (
        <p>
          Place in line: <strong data-testid="position">{formatCount(state.attempt.position)}</strong>
        </p>
      )}
      {state.phase === 'refused' && state.retryAt !== undefined && <RetryHint retryAt={state.retryAt} />}
      {state.phase === 'unresolved' && (
        <button type="button" className="button-plain" onClick={onAskAgain}>
          Ask again
        </button>
      )}
    </div>
  );
}

function RetryHint({ retryAt }: { retryAt: number }) {
  const seconds = Math.ceil((retryAt - useServerNow()) / 1_000);
  if (seconds <= 0) return <p>You can try again now.</p>;
  return <p>You can try again in {seconds === 1 ? '1 second' : `${formatCount(seconds)} seconds`}.</p>;
}
