import { closeSync, openSync, writeSync } from 'node:fs';
import type { JournalEntry } from './journal.ts';

/** Written together, characters: some 200 lines, so that a line costs little more than its JSON. */
const CHUNK = 65_536;

export interface JournalWriter {
  write(entry: JournalEntry): void;
  /** Writes what is left. Nothing may be written afterwards. */
  close(): void;
}

/**
 * Writes a journal beside a running load: it keeps at most 64 KB in memory, however long the run is.
 *
 * A chunk is written synchronously, 20–50 µs into the page cache: a stream would have to be waited for, or would keep
 * everything in memory when the disk is slower than the crowd.
 *
 * @throws when the file cannot be written
 */
export function createJournalWriter(path: string): JournalWriter {
  const file = openSync(path, 'w');
  let [waiting, isClosed] = ['', false];
  const flush = (): void => {
    const bytes = Buffer.from(waiting);
    waiting = '';
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
  };
  return {
    write(entry) {
      if (isClosed) throw new Error(`the journal ${path} is closed`);
      waiting += `${JSON.stringify(entry)}\n`;
      if (waiting.length >= CHUNK) flush();
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      flush();
      closeSync(file);
    },
  };
}
