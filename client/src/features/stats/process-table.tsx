import type { ProcessBody } from '../../../../src/contracts/live-http.ts';
import { formatBytes } from '../../lib/format-bytes.ts';
import { formatMinute } from '../../lib/format-clock.ts';
import { formatMs } from '../../lib/format.ts';
import { deskWords } from '../../words/desk-words.ts';

/** From here on a figure is worth a look: most of a core, a loop that keeps everybody waiting, no word for a while. */
const HIGH_CPU = 0.85;
const HIGH_LOOP_MS = 200;
const SILENT_MS = 4_000;

/** What each process uses, as it told within the last second. */
export function ProcessTable({ processes }: { processes: ProcessBody[] | undefined }) {
  const { processes: words } = deskWords;
  return (
    <section className="card panel" aria-label={words.title} data-testid="processes">
      <h2>{words.title}</h2>
      {!processes?.length && <p className="hint">{words.none}</p>}
      {processes && processes.length > 0 && (
        <div className="table-box" tabIndex={0} role="group" aria-label={words.title}>
          <table className="table table-tight">
            <thead>
              <tr>
                <th scope="col">{words.process}</th>
                <th scope="col">{words.cpu}</th>
                <th scope="col">{words.memory}</th>
                <th scope="col">{words.loop}</th>
                <th scope="col">{words.since}</th>
              </tr>
            </thead>
            <tbody>
              {processes.map((process) => (
                <tr key={process.id}>
                  <th scope="row" title={process.host}>
                    {process.role} {process.pid}
                    {process.ageMs > SILENT_MS && <Warning text={words.silent} />}
                  </th>
                  <td>
                    <Meter share={process.cpu} /> {Math.round(process.cpu * 100)} %
                    {process.cpu > HIGH_CPU && <Warning text={words.high} />}
                  </td>
                  <td>{formatBytes(process.residentBytes)}</td>
                  <td>
                    {formatMs(process.loopLateMs)}
                    {process.loopLateMs > HIGH_LOOP_MS && <Warning text={words.high} />}
                  </td>
                  <td>{formatMinute(Date.parse(process.startedAt) / 1_000)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Warning({ text }: { text: string }) {
  return <span className="badge badge-paused"> {text}</span>;
}

/** A share of a whole as a short bar beside its figure. */
export function Meter({ share }: { share: number }) {
  return (
    <span className="meter" aria-hidden="true">
      <span style={{ width: `${Math.min(100, Math.max(0, share * 100))}%` }} />
    </span>
  );
}
