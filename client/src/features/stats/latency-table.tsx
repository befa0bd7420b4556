import type { Percentiles, StatsBody } from '../../../../src/contracts/http.ts';
import { formatMs } from '../../lib/format.ts';
import { deskWords } from '../../words/desk-words.ts';

const ROWS = ['accept', 'settle', 'outcome'] as const;
const COLUMNS: (keyof Percentiles)[] = ['p50', 'p95', 'p99'];

/** The three latencies over the whole sale. */
export function LatencyTable({ latencyMs }: { latencyMs: StatsBody['latencyMs'] }) {
  const { latencyTable: words } = deskWords;
  return (
    <section className="card panel" aria-label={words.title}>
      <h2>{words.title}</h2>
      <table className="table table-tight">
        <thead>
          <tr>
            <th scope="col">{words.step}</th>
            {COLUMNS.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ROWS.map((row) => (
            <tr key={row}>
              <th scope="row">{words[row]}</th>
              {COLUMNS.map((column) => (
                <td key={column}>{formatMs(latencyMs[row][column])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
