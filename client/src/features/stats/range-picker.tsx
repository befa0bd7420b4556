import { deskWords } from '../../words/desk-words.ts';

/** How far back the charts reach, s. */
export const RANGES = { five: 300, quarter: 900, hour: 3_600 } as const;

export function RangePicker({ spanSec, onPick }: { spanSec: number; onPick: (spanSec: number) => void }) {
  const { live: words } = deskWords;
  return (
    <div className="ranges" role="group" aria-label={words.range}>
      {(Object.keys(RANGES) as (keyof typeof RANGES)[]).map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={spanSec === RANGES[name]}
          onClick={() => onPick(RANGES[name])}
        >
          {words.ranges[name]}
        </button>
      ))}
    </div>
  );
}
