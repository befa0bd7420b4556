import { WriteStream } from 'node:tty';
import type { LogFields } from './logger.ts';

/** ANSI: red, yellow, cyan, grey. */
const COLOURS: Readonly<Record<string, number>> = { error: 31, warn: 33, info: 36, debug: 90 };
const GREY = 90;

/** Whether a person looks at the stream, on a terminal that shows colours and was not told to show none (`NO_COLOR`). */
export function showsColours(stream: NodeJS.WritableStream): boolean {
  return stream instanceof WriteStream && stream.hasColors();
}

/**
 * A log line as a person reads it: time (UTC), level, role and process, what happened, then its fields. The stack of an error
 * stands below.
 *
 * @param line  the fields of the JSON line
 */
export function toReadable(line: LogFields, { hasColours = false }: { hasColours?: boolean } = {}): string {
  const { at, level, role, pid, message, ...fields } = line;
  const paint = (text: string, colour: number | undefined): string =>
    hasColours && colour !== undefined ? `\u001b[${colour}m${text}\u001b[0m` : text;
  const details = Object.entries(fields).map(
    ([name, value]) => `${paint(`${name}=`, GREY)}${toText(errorOf(value)?.summary ?? value)}`,
  );
  const head = [
    paint(typeof at === 'string' ? at.slice(11, 23) : '', GREY),
    paint(String(level).padEnd(5), COLOURS[String(level)]),
    paint([role, pid].flatMap((part) => (part === undefined ? [] : [toText(part)])).join(' '), GREY),
  ].filter((part) => part !== '');
  const stacks = Object.values(fields).flatMap((value) => errorOf(value)?.stack ?? []);
  return [[...head, String(message), ...details].join(' '), ...stacks].join('\n');
}

/** An error, as `redact` writes it. */
function errorOf(value: unknown): { summary: string; stack: string[] } | undefined {
  const { name, message, stack } = (value ?? {}) as Partial<Record<'name' | 'message' | 'stack', unknown>>;
  if (typeof message !== 'string' || typeof stack !== 'string') return undefined;
  const frames = stack.split('\n').filter((frame) => frame.startsWith('    at '));
  return { summary: `${String(name)}: ${message}`, stack: frames };
}

/** A plain word as it is, anything else as JSON. */
function toText(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
