import { setTimeout as pause } from 'node:timers/promises';
import { createRestartDelay } from './restart-delay.ts';
import type { SupervisedProcess } from './tethered-process.ts';

export type ProcessRole = 'supervisor' | 'api' | 'worker' | 'redis' | 'postgres';

export interface KeptProcess {
  readonly role: ProcessRole;
  /** Absent while it is down. */
  readonly pid: number | undefined;
  /** Asks it to end, and does not start it again; resolves when it is gone. */
  stop(): Promise<void>;
  /** Ends it at once, for a stop that took too long. */
  kill(): void;
}

export interface KeepRunningDeps {
  role: ProcessRole;
  /** Starts it once; resolves when it runs, for a service when it answers. */
  start: () => Promise<SupervisedProcess>;
  /** Told after every death and after every start. */
  onChange: () => void;
  /** Whether the whole instance is stopping: what ends then stays down. */
  isStopping?: () => boolean;
  /** Told in words that it died or could not be started again. */
  onDeath: (message: string) => void;
}

/**
 * Starts a process and starts it again whenever it dies, until it is stopped.
 *
 * @throws what `start` throws when the very first start fails; later failures are tried again
 */
export async function keepRunning({
  role,
  start,
  onChange,
  onDeath,
  isStopping = () => false,
}: KeepRunningDeps): Promise<KeptProcess> {
  const delay = createRestartDelay();
  const stopped = new AbortController();
  const isStopped = (): boolean => stopped.signal.aborted || isStopping();
  let current: SupervisedProcess | undefined = await start();
  let startedAt = performance.now();
  onChange();

  async function watch(): Promise<void> {
    while (current) {
      const reason = await current.exited;
      current = undefined;
      onChange();
      if (isStopped()) return;
      onDeath(`${role} died (${reason}); starting it again`);
      current = await startAgain();
      onChange();
    }
  }

  async function startAgain(): Promise<SupervisedProcess | undefined> {
    for (;;) {
      await pause(delay.next(performance.now() - startedAt), undefined, { signal: stopped.signal }).catch(
        () => undefined,
      );
      if (isStopped()) return undefined;
      startedAt = performance.now();
      try {
        const again = await start();
        // Stopped while it was starting: whoever stops waits for this one too.
        if (isStopped()) again.stop();
        return again;
      } catch (error) {
        onDeath(`${role} could not be started: ${(error as Error).message}`);
      }
    }
  }

  const watched = watch();
  return {
    role,
    get pid() {
      return current?.pid;
    },
    stop() {
      stopped.abort();
      current?.stop();
      return watched;
    },
    kill() {
      stopped.abort();
      current?.kill();
    },
  };
}
