import { openBoundedLog } from './bounded-log.ts';
import type { ProcessRole } from './keep-running.ts';

/** Where a child's lines go. */
export interface ChildOutput {
  onLine: (line: string) => void;
  close: () => void;
}

/** What a child's JSON log line says about itself; everything else in it is detail. */
interface LogLine {
  level?: string;
  message?: string;
  role?: string;
  pid?: number;
  at?: string;
}

/**
 * Keeps every line of a role's processes in its log file, and prints what a person should see: warnings, errors, and
 * what is not a log line at all, such as the stack of a crash.
 */
export function createChildOutput({
  dataDir,
  role,
  print,
}: {
  dataDir: string;
  role: ProcessRole;
  print: (line: string) => void;
}): ChildOutput {
  const log = openBoundedLog(dataDir, role);
  return {
    onLine(line) {
      log.write(line);
      const shown = toPlain(role, line);
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
export function toPlain(role: ProcessRole, line: string): string | undefined {
  if (line.trim() === '') return undefined;
  const parsed = parseLogLine(line);
  if (!parsed) return `${role}: ${line}`;
  const { level, message, role: _role, pid, at: _at, ...detail } = parsed;
  if (level !== 'warn' && level !== 'error') return undefined;
  const rest = Object.keys(detail).length > 0 ? ` ${JSON.stringify(detail)}` : '';
  return `${role} ${pid ?? ''} ${level}: ${message ?? ''}${rest}`;
}

function parseLogLine(line: string): LogLine | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return undefined;
  }
}
