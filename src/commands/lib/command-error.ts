/** What can be expected to go wrong in a command: shown in one line, without a stack. */
export class CommandError extends Error {
  /** 1: it could not be done, or something is broken; 2: it was asked for in the wrong way. */
  readonly exitCode: 1 | 2;

  constructor(message: string, { exitCode = 1 }: { exitCode?: 1 | 2 } = {}) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}

/** A command line that was typed in the wrong way. */
export function usageError(message: string): CommandError {
  return new CommandError(message, { exitCode: 2 });
}
