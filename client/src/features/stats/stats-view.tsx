import { ERROR_CATALOGUE } from '../../../../src/contracts/error-catalogue.ts';
import type { StatsBody } from '../../../../src/contracts/http.ts';
import { FigureCard } from '../../components/figure-list.tsx';
import { formatCount, formatMs } from '../../lib/format.ts';
import { InvariantList } from './invariant-list.tsx';
import { LatencyTable } from './latency-table.tsx';
import { SeriesChart } from './series-chart.tsx';

/** Every live figure of one sale. */
export function StatsView({ stats }: { stats: StatsBody }) {
  const { stock, attempts, queue, repairs, throughput } = stats;
  const rejected = Object.entries(attempts.rejected).sort(([, a], [, b]) => b - a);
  return (
    <div className="stats">
      <FigureCard
        title="Stock"
        figures={[
          { label: 'Sold', value: formatCount(stock.sold), hint: `of ${formatCount(stock.total)}` },
          { label: 'Promised', value: formatCount(stock.promised), hint: 'not settled' },
          { label: 'Remaining', value: <span data-testid="remaining">{formatCount(stock.remaining)}</span> },
        ]}
      >
        <StockSplit stock={stock} />
      </FigureCard>
      <FigureCard
        title="Throughput"
        figures={[
          { label: 'Attempts', value: formatCount(throughput.attemptsPerSec), hint: 'per second' },
          { label: 'Confirmed', value: formatCount(throughput.confirmedPerSec), hint: 'per second' },
        ]}
      />
      <FigureCard
        title="Attempts"
        figures={[
          { label: 'Received', value: formatCount(attempts.received) },
          { label: 'Admitted', value: formatCount(attempts.admitted) },
          { label: 'Confirmed', value: formatCount(attempts.confirmed) },
        ]}
      />
      <FigureCard
        title="Refused"
        figures={rejected.map(([code, count]) => ({ label: reasonLabel(code), value: formatCount(count) }))}
      >
        {rejected.length === 0 && <p className="hint">Nobody was refused yet.</p>}
      </FigureCard>
      <FigureCard
        title="Queue"
        figures={[
          { label: 'Waiting', value: formatCount(queue.waiting) },
          { label: 'Active', value: formatCount(queue.active) },
          { label: 'Delayed', value: formatCount(queue.delayed) },
          { label: 'Set aside', value: formatCount(queue.failed) },
          { label: 'Oldest', value: formatMs(queue.oldestMs) },
        ]}
      />
      <FigureCard
        title="Repairs"
        figures={[
          { label: 'Gates rebuilt', value: formatCount(repairs.gatesRebuilt) },
          { label: 'Attempts adopted', value: formatCount(repairs.attemptsAdopted) },
          { label: 'Batches enqueued again', value: formatCount(repairs.batchesEnqueuedAgain) },
          { label: 'Units corrected', value: formatCount(repairs.unitsCorrected) },
        ]}
      />
      <LatencyTable latencyMs={stats.latencyMs} />
      <section className="card card-wide">
        <SeriesChart series={stats.series} serverTime={stats.serverTime} />
      </section>
      <InvariantList invariants={stats.invariants} />
    </div>
  );
}

function StockSplit({ stock }: { stock: StatsBody['stock'] }) {
  const width = (units: number) => ({
    width: `${stock.total > 0 ? (Math.max(0, units) / stock.total) * 100 : 0}%`,
  });
  return (
    <div className="stock-bar stock-split" aria-hidden="true">
      <div className="split-sold" style={width(stock.sold)} />
      <div className="split-promised" style={width(stock.promised)} />
    </div>
  );
}

function reasonLabel(code: string): string {
  return code in ERROR_CATALOGUE ? ERROR_CATALOGUE[code as keyof typeof ERROR_CATALOGUE].title : code;
}
