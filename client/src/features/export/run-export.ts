import { ROW_COUNT_HEADER } from '../../../../src/contracts/operator-http.ts';
import type { Answer, OpenStream } from '../../lib/http.ts';
import { isOver } from '../../lib/wait.ts';
import { createRowCounter } from './row-counter.ts';
import type { ExportSink } from './export-sink.ts';

export interface ExportProgress {
  rows: number;
  bytes: number;
  /** As counted before the first line; it may sell meanwhile. Absent when the server does not say. */
  expectedRows: number | undefined;
}

export type ExportEnd =
  | { kind: 'saved'; file: Blob; progress: ExportProgress }
  | { kind: 'cancelled' }
  /** The connection ended before the last line: nothing is kept. */
  | { kind: 'cut'; progress: ExportProgress }
  /** There was no room for it. */
  | { kind: 'no_room' }
  | { kind: 'refused'; answer: Exclude<Answer<unknown>, { kind: 'ok' }> };

export interface RunExportDeps {
  openStream: OpenStream;
  openSink: () => Promise<ExportSink>;
  /** Told after each piece. */
  onProgress: (progress: ExportProgress) => void;
}

/**
 * Reads a streamed CSV into a file, a piece at a time; what is not whole is thrown away.
 *
 * @param signal  cancels it
 */
export async function runExport(
  { openStream, openSink, onProgress }: RunExportDeps,
  path: string,
  signal: AbortSignal,
): Promise<ExportEnd> {
  const answer = await openStream(path, signal);
  if (isOver(signal)) return { kind: 'cancelled' };
  if (answer.kind !== 'ok') return { kind: 'refused', answer };
  const { headers, body } = answer.body;
  const counter = createRowCounter();
  let progress: ExportProgress = {
    rows: 0,
    bytes: 0,
    expectedRows: readCount(headers.get(ROW_COUNT_HEADER)),
  };
  onProgress(progress);
  if (!body) return { kind: 'cut', progress };

  const sink = await openSink();
  const reader = body.getReader();
  for (;;) {
    const piece = await reader.read().catch(() => 'cut' as const);
    if (piece === 'cut') {
      await sink.discard();
      return isOver(signal) ? { kind: 'cancelled' } : { kind: 'cut', progress };
    }
    if (piece.done) break;
    counter.take(piece.value);
    progress = { ...progress, rows: counter.rows(), bytes: progress.bytes + piece.value.byteLength };
    if (!(await sink.write(piece.value))) {
      await reader.cancel().catch(() => undefined);
      await sink.discard();
      return { kind: 'no_room' };
    }
    onProgress(progress);
  }
  const file = await sink.finish().catch(() => null);
  if (file) return { kind: 'saved', file, progress };
  await sink.discard();
  return { kind: 'no_room' };
}

function readCount(header: string | null): number | undefined {
  return header !== null && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}
