import { useEffect, useRef, useState } from 'react';
import { useServices } from '../../lib/services.ts';
import { openExportSink } from './export-sink.ts';
import { runExport, type ExportEnd, type ExportProgress } from './run-export.ts';

/** The page shows progress at most this often, ms: pieces come by the hundred a second. */
const SHOWN_EVERY_MS = 200;

export type ExportState =
  | { phase: 'idle' }
  | { phase: 'running'; progress: ExportProgress | undefined }
  /** `url` is the file's, for as long as the page shows it. */
  | { phase: 'ended'; end: ExportEnd; url: string | undefined };

export interface Export {
  state: ExportState;
  start: () => void;
  cancel: () => void;
}

/** Runs one export at a time; leaving the page cancels it. */
export function useExport(path: string, fileName: string): Export {
  const { openStream } = useServices();
  const [state, setState] = useState<ExportState>({ phase: 'idle' });
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const url = state.phase === 'ended' ? state.url : undefined;
  useEffect(() => {
    if (url !== undefined) return () => URL.revokeObjectURL(url);
    return undefined;
  }, [url]);

  const start = () => {
    const life = new AbortController();
    running.current = life;
    let shownAt = -Infinity;
    setState({ phase: 'running', progress: undefined });
    const onProgress = (progress: ExportProgress) => {
      if (performance.now() - shownAt < SHOWN_EVERY_MS) return;
      shownAt = performance.now();
      setState({ phase: 'running', progress });
    };
    const deps = { openStream, openSink: () => openExportSink(fileName), onProgress };
    void runExport(deps, path, life.signal).then((end) => {
      const fileUrl = end.kind === 'saved' ? URL.createObjectURL(end.file) : undefined;
      if (fileUrl !== undefined) save(fileUrl, fileName);
      setState({ phase: 'ended', end, url: fileUrl });
    });
  };
  return { state, start, cancel: () => running.current?.abort() };
}

/** Has the browser save a file under a name, as a link would. */
function save(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}
