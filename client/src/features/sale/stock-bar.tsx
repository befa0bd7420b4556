import { formatCount } from '../../lib/format.ts';

export function StockBar({ remaining, total }: { remaining: number; total: number }) {
  const share = total > 0 ? (remaining / total) * 100 : 0;
  return (
    <div className="stock">
      <p className="stock-words">
        <strong data-testid="remaining" data-value={remaining}>
          {formatCount(remaining)}
        </strong>{' '}
        of {formatCount(total)} left
      </p>
      <div
        className="stock-bar"
        role="meter"
        aria-label="Units left"
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={remaining}
      >
        <div className={share <= 10 ? 'stock-fill is-low' : 'stock-fill'} style={{ width: `${share}%` }} />
      </div>
    </div>
  );
}
