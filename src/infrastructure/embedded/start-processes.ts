import { createChildOutput } from './child-output.ts';
import { keepRunning, type KeptProcess } from './keep-running.ts';
import { startClustered, startForked, startWatched } from './node-process.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Roster } from './roster.ts';

/** A process that does not end by itself in this time is ended; API and workers together stay below the ten seconds. */
const drainMs = 4_000;

export interface StartProcessesDeps {
  dataDir: string;
  roster: Roster;
  lifecycle: Lifecycle;
  print: (line: string) => void;
}

export interface ProcessPlan {
  role: 'api' | 'worker';
  count: number;
  /** The built module, or with `isWatched` the source. */
  module: URL;
  isWatched: boolean;
  variables: Record<string, string>;
}

/**
 * Starts the API processes, or the workers, and keeps them running until the lifecycle stops them: they are asked to
 * end, and ended after four seconds.
 */
export async function startProcesses(
  { dataDir, roster, lifecycle, print }: StartProcessesDeps,
  { role, count, module, isWatched, variables }: ProcessPlan,
): Promise<void> {
  const output = createChildOutput({ dataDir, role, print, showsAll: isWatched });
  const program = { module, variables, onLine: output.onLine };
  const startOnce = isWatched ? startWatched : role === 'api' ? startClustered : startForked;
  const kept: KeptProcess[] = [];
  lifecycle.onStop(role, async () => {
    const timer = setTimeout(() => kept.forEach((process) => process.kill()), drainMs);
    await Promise.all(kept.map((process) => process.stop()));
    clearTimeout(timer);
    output.close();
  });
  for (let index = 0; index < count; index += 1) {
    const process = await keepRunning({
      role,
      start: () => startOnce(program),
      onChange: roster.update,
      onDeath: print,
      isStopping: lifecycle.isStopping,
    });
    kept.push(process);
    roster.add(process);
  }
}
