import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { isGoneWithin, signal } from './process-table.ts';
import { StartError } from './start-error.ts';

/** A process the supervisor started and watches. */
export interface SupervisedProcess {
  readonly pid: number;
  /** Resolves with what ended it (`code 1`, `signal SIGKILL`) once it is gone. Never rejects. */
  readonly exited: Promise<string>;
  /** Asks it to end in its own order. */
  stop(): void;
  /** Ends it at once. */
  kill(): void;
}

export interface TetheredProgram {
  program: string;
  args: string[];
  /** How this program is asked to end: SIGINT is PostgreSQL's fast shutdown. */
  stopSignal: 'INT' | 'TERM';
  env: NodeJS.ProcessEnv;
  cwd?: string;
  /** Whom to run as, when not as ourselves. */
  user?: { uid: number; gid: number } | undefined;
  onLine: (line: string) => void;
}

/**
 * The wrapper: starts the program, tells its pid on descriptor 3, and when its own stdin ends asks it to stop, and
 * after ten seconds ends it. The supervisor holds the other end of that pipe, and the kernel closes it however the
 * supervisor dies, kill -9 included. `$1` is the signal, the rest the command.
 */
const TETHER = `
stop_signal=$1; shift
exec 4<&0
"$@" </dev/null 3>&- 4<&- &
child=$!
echo "$child" >&3
exec 3>&-
(
  read -r _ <&4
  kill -"$stop_signal" "$child"
  tries=0
  while kill -0 "$child" && [ "$tries" -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
  kill -KILL "$child"
) >/dev/null 2>&1 &
watcher=$!
wait "$child"
code=$?
kill "$watcher" 2>/dev/null
exit "$code"
`;

/**
 * Starts a program that stops when the supervisor is gone, in a process group of its own, so that a Ctrl-C in the
 * terminal reaches the supervisor alone and the order of stopping stays with it.
 *
 * @throws StartError when it cannot be started
 */
export async function spawnTethered(tethered: TetheredProgram): Promise<SupervisedProcess> {
  const wrapper = spawn(
    'sh',
    ['-c', TETHER, 'tether', tethered.stopSignal, tethered.program, ...tethered.args],
    {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      env: tethered.env,
      ...(tethered.cwd === undefined ? {} : { cwd: tethered.cwd }),
      ...(tethered.user ?? {}),
    },
  );
  const ended = new Promise<string>((resolve) => {
    wrapper.once('error', (error) => resolve(error.message));
    wrapper.once('close', (code, name) => resolve(describeExit(code, name)));
  });
  const pidPipe = wrapper.stdio[3] as Readable;
  for (const output of [wrapper.stdout, wrapper.stderr]) {
    createInterface({ input: output }).on('line', tethered.onLine);
  }
  // The pipe breaks when the wrapper is killed; that it ended is already told by `ended`.
  wrapper.stdin.on('error', () => undefined);

  const pid = await readPid(pidPipe);
  if (pid === undefined) throw new StartError(`${tethered.program} could not be started: ${await ended}`);
  return {
    pid,
    exited: ended.then(async (reason) => {
      // A wrapper that was itself killed leaves its watcher, which sees the pipe end and stops the program.
      wrapper.stdin.destroy();
      if (!(await isGoneWithin(pid, 12_000))) signal(pid, 'SIGKILL');
      return reason;
    }),
    stop: () => void wrapper.stdin.end(),
    kill: () => signal(pid, 'SIGKILL'),
  };
}

/** What ended a process, in words. */
export function describeExit(code: number | null, name: NodeJS.Signals | null): string {
  return name === null ? `code ${code ?? 'unknown'}` : `signal ${name}`;
}

async function readPid(pipe: Readable): Promise<number | undefined> {
  let text = '';
  for await (const chunk of pipe) text += String(chunk);
  const pid = Number(text);
  return pid > 0 ? pid : undefined;
}
