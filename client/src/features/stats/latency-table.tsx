import type { Percentiles, StatsBody } from '../../../../src/contracts/http.ts';
import { formatMs } from '../../lib/format.ts';

const ROWS: { name: keyof StatsBody['latencyMs']; label: string }[] = [
  { name: 'accept', label: 'Accepted' },
  { name: 'settle', label: 'Settled' },
  { name: 'outcome', label: 'Outcome told' },
];

const COLUMNS: (keyof Percentiles)[] = ['p50', 'p95', 'p99'];

export function LatencyTable({ latencyMs }: { latencyMs: StatsBody['latencyMs'] }) {
  return (
    <section className="card">
      <h2>Latency</h2>
      <table className="latency">
        <thead>
          <tr>
            <th scope="col">Step</th>
            {COLUMNS.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ROWS.map((row) => (
            <tr key={row.name}>
              <th scope="row">{row.label}</th>
              {COLUMNS.map((column) => (
                <td key={column}>{formatMs(latencyMs[row.name][column])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
