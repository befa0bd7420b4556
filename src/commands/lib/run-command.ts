import { EnvironmentError, readEnv, type Env } from '../../config/env.ts';
import { CommandError } from './command-error.ts';
import { describeFlags, readFlags, type Flag, type Flags } from './read-flags.ts';

export interface Command {
  /** How it is called, as `npm run verify --`. */
  name: string;
  /** What follows the name, one line a form. */
  usage: string[];
  summary: string;
  flags: Record<string, Flag>;
  /** @returns what `--json` prints as the last line, and the exit code */
  run(context: CommandContext): Promise<{ json: object; exitCode?: 0 | 1 | 3 }>;
}

export interface CommandContext {
  flags: Flags;
  env: Env;
  /** A line for people; with `--json` it goes to stderr, so that stdout ends with the object. */
  print(line: string): void;
}

const EVERY_COMMAND: Record<string, Flag> = {
  json: { help: 'print one JSON object as the last line' },
  help: { help: 'show this text' },
};

/**
 * Runs a command of this process's command line and ends the process: 0, 1 when it failed or found something broken, 2
 * when it was asked for in the wrong way, 3 when all is well but not as fast as was asked for. What can be expected to go
 * wrong is one clear line on stderr.
 */
export async function runCommand(command: Command): Promise<never> {
  process.exit(await exitCodeOf(command, process.argv.slice(2)));
}

async function exitCodeOf(command: Command, args: readonly string[]): Promise<number> {
  try {
    const known = { ...command.flags, ...EVERY_COMMAND };
    const flags = readFlags(args, known);
    if (flags.isSet('help')) {
      console.log(helpOf(command, known));
      return 0;
    }
    const isJson = flags.isSet('json');
    const print = (line: string): void => (isJson ? console.error(line) : console.log(line));
    const { json, exitCode = 0 } = await command.run({ flags, env: readEnv(), print });
    if (isJson) console.log(JSON.stringify(json));
    return exitCode;
  } catch (error) {
    if (error instanceof CommandError) {
      console.error(`${error.message}${error.exitCode === 2 ? ` (see: ${command.name} --help)` : ''}`);
      return error.exitCode;
    }
    if (error instanceof EnvironmentError) {
      console.error(error.message);
      return 2;
    }
    console.error(error);
    return 1;
  }
}

function helpOf({ name, usage, summary }: Command, flags: Record<string, Flag>): string {
  return [summary, '', ...usage.map((form) => `  ${name} ${form}`), '', describeFlags(flags)].join('\n');
}
