import { OperatorError, speakTrouble } from '../desk/operator-error.ts';
import { formatBytes } from './format-bytes.ts';
import type { ExportEnd, ExportProgress } from './run-export.ts';
import { useExport } from './use-export.ts';
import { formatCount } from '../../lib/format.ts';
import { officeWords } from '../../words/office-words.ts';

/** One export of a sale: started, followed, cancelled, saved; keyed by the sale. */
export function ExportCard({ saleId, kind }: { saleId: string; kind: 'orders' | 'attempts' }) {
  const { exports: words } = officeWords;
  const fileName = `${kind}-${saleId}.csv`;
  const { state, start, cancel } = useExport(`/api/admin/sales/${saleId}/${kind}.csv`, fileName);
  const isRunning = state.phase === 'running';
  return (
    <section className="card export" aria-label={words.kinds[kind].title} data-testid={`export-${kind}`}>
      <h2>{words.kinds[kind].title}</h2>
      <p>{words.kinds[kind].text}</p>
      {isRunning && <Progress progress={state.progress} />}
      <p role="status" data-testid="export-end">
        {state.phase === 'ended' && <span className={toneOf(state.end)}>{endWords(state.end)}</span>}
      </p>
      <div className="form-actions">
        {isRunning ? (
          <button type="button" onClick={cancel}>
            {words.cancel}
          </button>
        ) : (
          <button type="button" className="button-main" onClick={start}>
            {state.phase === 'idle' ? words.start : words.again}
          </button>
        )}
        {state.phase === 'ended' && state.url !== undefined && (
          <a className="button-link" href={state.url} download={fileName}>
            {words.save}
          </a>
        )}
      </div>
    </section>
  );
}

function Progress({ progress }: { progress: ExportProgress | undefined }) {
  const { exports: words } = officeWords;
  const { rows = 0, bytes = 0, expectedRows } = progress ?? {};
  // More than expected came when it sells meanwhile: full is full.
  const bar =
    expectedRows === undefined ? {} : { max: Math.max(1, expectedRows), value: Math.min(rows, expectedRows) };
  return (
    <div className="export-progress">
      <progress {...bar} aria-label={words.progress} />
      <span data-testid="export-progress">
        {expectedRows === undefined
          ? words.soFar(formatLines(rows), formatBytes(bytes))
          : words.soFarOf(formatCount(rows), formatLines(expectedRows), formatBytes(bytes))}
      </span>
    </div>
  );
}

function toneOf(end: ExportEnd): string {
  if (end.kind === 'saved') return 'notice notice-good';
  return end.kind === 'cancelled' ? 'notice' : 'notice notice-bad';
}

function endWords(end: ExportEnd): string {
  const { exports: words } = officeWords;
  switch (end.kind) {
    case 'saved':
      return words.saved(formatLines(end.progress.rows), formatBytes(end.progress.bytes));
    case 'cancelled':
      return words.cancelled;
    case 'cut':
      return words.cut(formatLines(end.progress.rows));
    case 'no_room':
      return words.noRoom;
    case 'refused':
      return speakTrouble(new OperatorError(end.answer));
  }
}

function formatLines(count: number): string {
  return officeWords.exports.lines(count, formatCount(count));
}
