import type { LiveBody } from '../../../../src/contracts/live-http.ts';
import { formatCount, formatMs } from '../../lib/format.ts';
import { deskWords } from '../../words/desk-words.ts';

interface Tile {
  label: string;
  value: string;
  hint: string;
  isBad?: boolean;
  testId?: string;
}

/** The figures that are read from across the room. */
export function LiveFigures({ stats }: { stats: NonNullable<LiveBody['stats']> }) {
  const { figures: words } = deskWords;
  const { stock, throughput, queue, repairs } = stats;
  const jobs = queue.waiting + queue.active + queue.delayed;
  const repaired = Object.values(repairs).reduce((sum, count) => sum + count, 0);
  const tiles: Tile[] = [
    {
      ...{ label: words.sold, value: formatCount(stock.sold), hint: words.of(formatCount(stock.total)) },
      testId: 'sold',
    },
    {
      label: words.left,
      value: formatCount(stock.remaining),
      hint: words.promised(formatCount(stock.promised)),
      testId: 'remaining',
    },
    { label: words.attempts, value: formatCount(Math.round(throughput.attemptsPerSec)), hint: words.perSec },
    {
      label: words.confirmed,
      value: formatCount(Math.round(throughput.confirmedPerSec)),
      hint: words.perSec,
    },
    {
      label: words.waiting,
      value: formatCount(jobs),
      hint: queue.oldestMs > 0 ? words.oldest(formatMs(queue.oldestMs)) : words.none,
    },
    {
      ...{ label: words.setAside, value: formatCount(queue.failed), hint: words.setAsideHint },
      isBad: queue.failed > 0,
    },
    { label: words.repairs, value: formatCount(repaired), hint: words.repairsHint },
  ];
  return (
    <dl className="tiles" aria-label={words.title} data-testid="figures">
      {tiles.map(({ label, value, hint, isBad = false, testId }) => (
        <div key={label} className={isBad ? 'tile tile-bad' : 'tile'}>
          <dt>{label}</dt>
          <dd>
            <strong data-testid={testId}>{value}</strong> <span className="hint">{hint}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
