import winston from 'winston';
import { showsColours, toReadable } from './readable-line.ts';
import { redact } from './redact.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
export type LogFields = Record<string, unknown>;
/** `json`: one object a line, for machines. `readable`: one line of words, for people. */
export type LogFormat = 'json' | 'readable';
type Write = (message: string, fields?: LogFields) => void;

/**
 * What the levels mean: `error` a person must act (none in a healthy run), `warn` something healed itself or was
 * refused for the service's sake, `info` the life of a process, `debug` single requests.
 */
export interface Logger {
  error: Write;
  warn: Write;
  info: Write;
  debug: Write;
  isEnabled(level: LogLevel): boolean;
  /** The same logger with fields on every line, such as a request id. */
  child(fields: LogFields): Logger;
}

export interface LoggerDeps {
  level: LogLevel;
  /** The process's role: `supervisor`, `api`, `worker`, … */
  role: string;
  format?: LogFormat;
  destination?: NodeJS.WritableStream;
}

/** Makes a process's logger: each line has time, level, role and pid, and no secrets in it. */
export function createLogger({
  level,
  role,
  format = 'json',
  destination = process.stdout,
}: LoggerDeps): Logger {
  const hasColours = showsColours(destination);
  const write = (line: LogFields): string =>
    format === 'json' ? JSON.stringify(line) : toReadable(line, { hasColours });
  const logger = winston.createLogger({
    level,
    format: winston.format.printf((line) => {
      const { level: severity, message, ...fields } = line;
      const head = { at: new Date().toISOString(), level: severity, role, pid: process.pid };
      return write({ ...head, message: redact(message), ...(redact(fields) as LogFields) });
    }),
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- winston types its transports as interfaces
    transports: [new winston.transports.Stream({ stream: destination })],
  });
  return withFields(logger, {});
}

/** A logger that writes nothing, for tests and tools. */
export const silentLogger: Logger = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  isEnabled: () => false,
  child: () => silentLogger,
};

function withFields(logger: winston.Logger, bound: LogFields): Logger {
  const writeAt =
    (level: LogLevel): Write =>
    (message, fields) => {
      // One object, not (message, fields): winston would append a `message` among the fields to the line's own.
      if (logger.isLevelEnabled(level)) logger.log({ ...bound, ...fields, level, message });
    };
  return {
    error: writeAt('error'),
    warn: writeAt('warn'),
    info: writeAt('info'),
    debug: writeAt('debug'),
    isEnabled: (level) => logger.isLevelEnabled(level),
    child: (fields) => withFields(logger, { ...bound, ...fields }),
  };
}
