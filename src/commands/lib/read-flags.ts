import { parseArgs } from 'node:util';
import { usageError } from './command-error.ts';

export interface Flag {
  /** What stands for the value in the help, as `N`; absent for a switch. */
  value?: string;
  help: string;
}

export interface Flags {
  positionals: string[];
  isSet(name: string): boolean;
  text(name: string): string | undefined;
  /** @throws CommandError when it is not a whole number in the range */
  integer(name: string, range: { min: number; max: number; otherwise: number }): number;
  /** @throws CommandError when it is missing or not a whole number in the range */
  requiredInteger(name: string, range: { min: number; max: number }): number;
}

/**
 * Reads a command line.
 *
 * @param flags  the flags the command knows, without their dashes
 * @throws CommandError (exit 2) for a flag it does not know, or a value where none belongs
 */
export function readFlags(args: readonly string[], flags: Record<string, Flag>): Flags {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { value }]) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw usageError((error as Error).message.split('. ')[0] ?? 'The command line cannot be read');
  }
  const { values, positionals } = parsed;
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  const integerOf = (name: string, given: string, { min, max }: { min: number; max: number }): number => {
    const value = Number(given);
    if (!/^-?\d+$/.test(given.trim()) || value < min || value > max) {
      throw usageError(`--${name} must be a whole number from ${min} to ${max}, not '${given}'`);
    }
    return value;
  };
  return {
    positionals,
    isSet: (name) => values[name] === true,
    text,
    integer(name, { otherwise, ...range }) {
      const given = text(name);
      return given === undefined ? otherwise : integerOf(name, given, range);
    },
    requiredInteger(name, range) {
      const given = text(name);
      if (given === undefined) throw usageError(`--${name} is missing`);
      return integerOf(name, given, range);
    },
  };
}

/** The lines of a help text that tell the flags. */
export function describeFlags(flags: Record<string, Flag>): string {
  const names = Object.entries(flags).map(([name, { value }]) => `--${name}${value ? ` ${value}` : ''}`);
  const width = Math.max(...names.map((name) => name.length));
  return Object.values(flags)
    .map(({ help }, index) => `  ${(names[index] ?? '').padEnd(width)}  ${help}`)
    .join('\n');
}
