import { useMemo } from 'react';
import type { LiveEventBody } from '../../../../src/contracts/live-http.ts';
import { formatCount, formatMs } from '../../lib/format.ts';
import { deskWords } from '../../words/desk-words.ts';
import { layOut } from './live-columns.ts';
import { isTrouble } from './live-events.ts';
import type { LiveFeedState } from './live-feed.ts';
import { TimeChart, type Line } from './time-chart.tsx';

const DASHED = [7, 4];
const DOTTED = [2, 3];
const MIXED = [9, 3, 2, 3];

/** The past of a sale: what was sold, what attempts came to, what waited and how long it took. */
export function LiveCharts({
  state: { sale, instance, events, newestSec },
  nowSec,
  spanSec,
}: {
  state: LiveFeedState;
  /** Where the charts end while nothing was recorded yet, epoch seconds. */
  nowSec: number;
  spanSec: number;
}) {
  const { charts: words } = deskWords;
  const endSec = newestSec === 0 ? nowSec : newestSec;
  const columns = useMemo(
    () => layOut({ sale, instance }, endSec - spanSec + 1, endSec),
    [sale, instance, endSec, spanSec],
  );
  const marks = useMemo(() => marksOf(events), [events]);
  const charts = useMemo(() => {
    const { total, sold, taken, outcomes, latency, jobs, oldestMs } = columns;
    const sellThrough: Line[] = [
      { label: words.sold, values: sold, colour: '--good', isArea: true },
      { label: words.taken, values: taken, colour: '--warn', dash: DASHED },
      { label: words.total, values: total, colour: '--text-soft', dash: DOTTED },
    ];
    const attempts: Line[] = [
      { label: words.confirmed, values: outcomes.confirmed, colour: '--good', isArea: true },
      { label: words.soldOut, values: outcomes.sold_out, colour: '--bad', dash: DASHED },
      { label: words.limitReached, values: outcomes.limit_reached, colour: '--plum', dash: DOTTED },
      { label: words.turnedAway, values: outcomes.turned_away, colour: '--warn', dash: MIXED },
      { label: words.other, values: outcomes.other, colour: '--text-soft' },
    ];
    const latencies: Line[] = [
      { label: words.accept, values: latency.accept, colour: '--plum', isSparse: true },
      { label: words.settle, values: latency.settle, colour: '--accent', dash: DASHED, isSparse: true },
      { label: words.outcome, values: latency.outcome, colour: '--good', dash: DOTTED, isSparse: true },
    ];
    const queue: Line[] = [{ label: words.jobs, values: jobs, colour: '--plum', isArea: true }];
    const oldest: Line[] = [{ label: words.oldest, values: oldestMs, colour: '--warn', isArea: true }];
    return { sellThrough, attempts, latencies, queue, oldest };
  }, [columns, words]);
  const { at } = columns;
  return (
    <div className="charts" data-testid="charts">
      <TimeChart
        title={words.sellThrough}
        lines={charts.sellThrough}
        format={formatCount}
        {...{ at, marks }}
      />
      <TimeChart title={words.attempts} lines={charts.attempts} format={formatRate} {...{ at, marks }} />
      <TimeChart title={words.latency} lines={charts.latencies} format={formatMs} {...{ at, marks }} />
      <div className="charts-pair">
        <TimeChart title={words.queue} lines={charts.queue} format={formatCount} {...{ at, marks }} />
        <TimeChart title={words.waiting} lines={charts.oldest} format={formatMs} {...{ at, marks }} />
      </div>
    </div>
  );
}

function marksOf(events: readonly LiveEventBody[]) {
  return events.map((event) => ({ at: event.at, isTrouble: isTrouble(event) }));
}

function formatRate(value: number): string {
  return formatCount(Math.round(value));
}
