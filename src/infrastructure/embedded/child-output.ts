import { showsColours, toReadable } from '../logging/readable-line.ts';
import type { LogFields } from '../logging/logger.ts';
import { openBoundedLog } from './bounded-log.ts';
import type { ProcessRole } from './keep-running.ts';

/** Where a child's lines go. */
export interface ChildOutput {
  onLine: (line: string) => void;
  close: () => void;
}

/**
 * Keeps every line of a role's processes in its log file, and prints what a person should see: warnings, errors, and
 * what is not a log line at all, such as the stack of a crash.
 *
 * @param showsAll  prints the other lines too: who develops wants them
 */
export function createChildOutput({
  dataDir,
  role,
  print,
  showsAll,
}: {
  dataDir: string;
  role: ProcessRole;
  print: (line: string) => void;
  showsAll: boolean;
}): ChildOutput {
  const log = openBoundedLog(dataDir, role);
  const hasColours = showsColours(process.stdout);
  return {
    onLine(line) {
      log.write(line);
      const shown = toPlain(role, line, { showsAll, hasColours });
      if (shown !== undefined) print(shown);
    },
    close: log.close,
  };
}

/** The same for a service that logs in its own words: kept, not printed. */
export function createServiceOutput(dataDir: string, role: ProcessRole): ChildOutput {
  const log = openBoundedLog(dataDir, role);
  return { onLine: log.write, close: log.close };
}

/** A line as a person reads it; undefined when it is not worth their time. */
export function toPlain(
  role: ProcessRole,
  line: string,
  { showsAll = false, hasColours = false }: { showsAll?: boolean; hasColours?: boolean } = {},
): string | undefined {
  if (line.trim() === '') return undefined;
  const parsed = parseLogLine(line);
  if (!parsed) return `${role}: ${line}`;
  const isShown = showsAll || parsed.level === 'warn' || parsed.level === 'error';
  return isShown ? toReadable(parsed, { hasColours }) : undefined;
}

function parseLogLine(line: string): LogFields | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as LogFields;
  } catch {
    return undefined;
  }
}
