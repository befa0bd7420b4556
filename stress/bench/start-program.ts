import { fileURLToPath } from 'node:url';
import { environmentWith } from '../../src/config/env.ts';
import { findFreePort } from '../../src/infrastructure/embedded/ports.ts';
import { spawnTethered } from '../../src/infrastructure/embedded/tethered-process.ts';
import { findRoot } from '../../src/utils/find-root.ts';
import type { Contender } from './contender.ts';
import { watchedLoopOptions } from './loop-delays.ts';
import type { ContenderName } from './measurement.ts';
import type { ContenderReady } from './run-cluster.ts';

export interface StartedContender extends Contender {
  stop(): Promise<void>;
}

const ROOT = fileURLToPath(findRoot(import.meta.url));
const IS_SOURCE = import.meta.url.endsWith('.ts');

/**
 * Starts a contender on a free port; it ends when this process does, however it ends.
 *
 * @param program  below stress/, without its ending
 * @throws with what it printed, when it ends instead of serving
 */
export async function startContender(
  name: ContenderName,
  program: string,
  { processes, variables = {} }: { processes: number; variables?: Record<string, string> },
): Promise<StartedContender> {
  const port = await findFreePort();
  const path = fileURLToPath(new URL(`../${program}${IS_SOURCE ? '.ts' : '.js'}`, import.meta.url));
  let printed = '';
  let whenReady: (ready: ContenderReady) => void = () => undefined;
  const ready = new Promise<ContenderReady>((resolve) => (whenReady = resolve));
  const started = await spawnTethered({
    program: process.execPath,
    args: [...(IS_SOURCE ? ['--import', 'tsx'] : []), path],
    stopSignal: 'TERM',
    cwd: ROOT,
    env: environmentWith({
      ...variables,
      NODE_OPTIONS: watchedLoopOptions(),
      PORT: String(port),
      WEB_CONCURRENCY: String(processes),
      NODE_ENV: 'production',
    }),
    onLine: (line) => {
      if (line.startsWith('{"pids"')) whenReady(JSON.parse(line) as ContenderReady);
      else printed += `${line}\n`;
    },
  });
  const outcome = await Promise.race([ready, started.exited]);
  if (typeof outcome === 'string') throw new Error(`${name} ended (${outcome}):\n${printed}`);
  return {
    name,
    url: `http://127.0.0.1:${port}`,
    pids: () => Promise.resolve(outcome.pids),
    async stop() {
      started.stop();
      await started.exited;
    },
  };
}
