import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export interface BoundedLog {
  write: (line: string) => void;
  close: () => void;
}

/**
 * A log file of the instance, `DATA_DIR/logs/<name>.log`, with one predecessor, `<name>.log.1`.
 *
 * @param maxBytes  when the file grows beyond it, it becomes the predecessor; both together stay below twice this
 */
export function openBoundedLog(
  dataDir: string,
  name: string,
  { maxBytes = 10_000_000 }: { maxBytes?: number } = {},
): BoundedLog {
  mkdirSync(join(dataDir, 'logs'), { recursive: true, mode: 0o700 });
  const path = join(dataDir, 'logs', `${name}.log`);
  let file = openSync(path, 'a', 0o600);
  let bytes = fstatSync(file).size;

  function startAnew(): void {
    closeSync(file);
    renameSync(path, `${path}.1`);
    file = openSync(path, 'a', 0o600);
    bytes = 0;
  }

  return {
    write(line) {
      const text = Buffer.from(`${line}\n`);
      try {
        if (bytes > 0 && bytes + text.length > maxBytes) startAnew();
        bytes += writeSync(file, text);
      } catch {
        // A full disk must not stop the sale for the sake of a log line.
      }
    },
    close: () => closeSync(file),
  };
}
