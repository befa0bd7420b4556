import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentWith } from '../../src/config/env.ts';
import { emptyInstance } from '../../src/infrastructure/embedded/empty-instance.ts';
import { readInstanceFile, type InstanceFile } from '../../src/infrastructure/embedded/instance-file.ts';
import { spawnTethered } from '../../src/infrastructure/embedded/tethered-process.ts';
import { findRoot } from '../../src/utils/find-root.ts';
import { watchedLoopOptions } from './loop-delays.ts';

export interface StampedeInstance {
  dataDir: string;
  /** As last written: pids change when a process is started again. */
  read(): Promise<InstanceFile>;
  /** Stops it and removes its folder; may be called again. */
  stop(): Promise<void>;
}

/** A first start may install and build everything on a busy machine. */
const READY_WITHIN_MS = 240_000;

/**
 * Starts what `npm start` starts, with services of its own in a new folder, on a free port.
 *
 * @throws with what it printed, when it does not get ready
 */
export async function startStampede(variables: Record<string, string>): Promise<StampedeInstance> {
  const root = findRoot(import.meta.url);
  const dataDir = await mkdtemp(join(tmpdir(), 'stampede-bench-'));
  let printed = '';
  const supervisor = await spawnTethered({
    program: process.execPath,
    args: [fileURLToPath(new URL('scripts/start.mjs', root))],
    stopSignal: 'TERM',
    cwd: fileURLToPath(root),
    env: environmentWith({
      ...{ DATABASE_URL: undefined, REDIS_URL: undefined, JWT_SECRET: undefined },
      ...variables,
      NODE_OPTIONS: watchedLoopOptions(),
      PORT: '0',
      DATA_DIR: dataDir,
    }),
    onLine: (line) => (printed += `${line}\n`),
  });
  const gone = new AbortController();
  const exited = supervisor.exited.then(() => gone.abort());
  const stopOnce = async (): Promise<void> => {
    supervisor.stop();
    await exited;
    await emptyInstance(dataDir);
    await rm(dataDir, { recursive: true, force: true });
  };
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= stopOnce());
  const read = async (): Promise<InstanceFile> => {
    const instance = await readInstanceFile(dataDir);
    if (!instance) throw new Error(`Stampede is gone:\n${printed}`);
    return instance;
  };
  const giveUpAt = Date.now() + READY_WITHIN_MS;
  const isReady = async (): Promise<boolean> => {
    const instance = await readInstanceFile(dataDir);
    const answer = instance && (await fetch(`${instance.url}/api/health/ready`).catch(() => null));
    await answer?.body?.cancel();
    return answer?.ok === true;
  };
  while (!(await isReady())) {
    if (gone.signal.aborted || Date.now() > giveUpAt) {
      await stop();
      throw new Error(`Stampede did not get ready:\n${printed}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { dataDir, read, stop };
}
