import type { StatsBody } from '../../../../src/contracts/http.ts';
import { formatCount } from '../../lib/format.ts';
import { fillSeconds, linePath, niceCeiling, type SeriesName } from './series-path.ts';

const WIDTH = 600;
const HEIGHT = 160;

const LINES: { name: SeriesName; label: string }[] = [
  { name: 'received', label: 'Received' },
  { name: 'rejected', label: 'Refused' },
  { name: 'confirmed', label: 'Confirmed' },
];

/** Attempts by second over the last five minutes. */
export function SeriesChart({ series, serverTime }: { series: StatsBody['series']; serverTime: string }) {
  const nowSec = Math.floor(Date.parse(serverTime) / 1_000);
  const lines = LINES.map((line) => ({ ...line, values: fillSeconds(series, line.name, nowSec) }));
  const highest = Math.max(...lines.flatMap((line) => line.values));
  const ceiling = niceCeiling(highest);
  return (
    <figure className="chart">
      <figcaption>
        <span className="chart-title">Attempts per second, last 5 minutes</span>
        <ul className="chart-legend">
          {lines.map((line) => (
            <li key={line.name} className={`chart-key chart-${line.name}`}>
              {line.label}
            </li>
          ))}
        </ul>
      </figcaption>
      <div className="chart-box">
        <span className="chart-ceiling">{formatCount(ceiling)}</span>
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`Attempts per second over five minutes, at most ${formatCount(highest)}`}
        >
          <path
            className="chart-grid"
            d={`M0 ${HEIGHT / 2}H${WIDTH}M0 .5H${WIDTH}M0 ${HEIGHT - 0.5}H${WIDTH}`}
          />
          {lines.map((line) => (
            <path
              key={line.name}
              className={`chart-line chart-${line.name}`}
              d={linePath(line.values, ceiling, WIDTH, HEIGHT)}
            />
          ))}
        </svg>
        <p className="chart-axis">
          <span>−5 min</span>
          <span>now</span>
        </p>
      </div>
    </figure>
  );
}
