import { setTimeout as pause } from 'node:timers/promises';
import { StartError } from './start-error.ts';
import type { SupervisedProcess } from './tethered-process.ts';

/** A service of the instance: how to reach it, and how to run it once. */
export interface EmbeddedService {
  url: string;
  /** Resolves when it answers; throws when it ends, or does not answer in time. */
  start: () => Promise<SupervisedProcess>;
}

/** A store that recovers after a crash answers late; this is the same patience as pg_ctl's. */
const startTimeoutMs = 60_000;

/**
 * Waits until `probe` succeeds.
 *
 * @throws StartError when the process ends before; the probe's last error when it takes longer than a minute
 */
export async function untilAnswering(server: SupervisedProcess, probe: () => Promise<void>): Promise<void> {
  const ended = server.exited.then((reason) => {
    throw new StartError(`it ended before it answered (${reason})`);
  });
  // The race below tells; without one waiting, this rejection is no news.
  ended.catch(() => undefined);
  const deadline = performance.now() + startTimeoutMs;
  for (;;) {
    try {
      await Promise.race([ended, probe()]);
      return;
    } catch (error) {
      if (error instanceof StartError || performance.now() > deadline) {
        server.kill();
        throw error;
      }
      await pause(25);
    }
  }
}
