import { formatCount } from '../../lib/format.ts';
import { words } from '../../words/words.ts';
import type { Growth } from './sale-feed.ts';

export interface StockBarProps {
  remaining: number;
  total: number;
  /** Units that came back or were added a moment ago. */
  growth: Growth | undefined;
}

export function StockBar({ remaining, total, growth }: StockBarProps) {
  const share = total > 0 ? (remaining / total) * 100 : 0;
  return (
    <div className="stock">
      <p className="stock-words">
        <span>
          <strong data-testid="remaining" data-value={remaining}>
            {formatCount(remaining)}
          </strong>{' '}
          {words.sale.left(formatCount(total))}
        </span>
        <span role="status" className="stock-returned" data-testid="growth">
          {growth && growthWords(growth)}
        </span>
      </p>
      <div
        className="stock-bar"
        role="meter"
        aria-label={words.sale.unitsLeft}
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={remaining}
      >
        {remaining > 0 && (
          <div className={share <= 10 ? 'stock-fill is-low' : 'stock-fill'} style={{ width: `${share}%` }} />
        )}
      </div>
    </div>
  );
}

function growthWords({ cause, units }: Growth): string {
  const shown = formatCount(units);
  return cause === 'returned' ? words.sale.returned(units, shown) : words.sale.added(shown);
}
