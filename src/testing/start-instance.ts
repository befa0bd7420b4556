import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emptyInstance } from '../infrastructure/embedded/empty-instance.ts';
import { readInstanceFile } from '../infrastructure/embedded/instance-file.ts';
import { until } from './until.ts';

export interface TestInstance {
  url: string;
  dataDir: string;
  /** The supervisor's. */
  pid: number;
  /** Everything it printed so far. */
  output(): string;
  /** Ends it as SIGTERM does, waits for its end and removes its folder, unless that was given. */
  stop(): Promise<void>;
}

/** A first start may install, build and initialise everything on a busy machine. */
const START_TIMEOUT_MS = 240_000;

/**
 * Starts what `npm start` starts, on a free port and in a folder of its own, and waits until it is ready.
 *
 * @param variables  environment on top of this process's; with a DATA_DIR the folder is the caller's to remove
 * @throws with what it printed, when it ends instead of getting ready
 */
export async function startInstance(variables: Record<string, string> = {}): Promise<TestInstance> {
  const dataDir = variables.DATA_DIR ?? (await mkdtemp(join(tmpdir(), 'stampede-instance-')));
  // Jest's own options are no business of the instance.
  const { NODE_OPTIONS: _jests, ...environment } = process.env;
  const supervisor = spawn(
    process.execPath,
    [fileURLToPath(new URL('../../scripts/start.mjs', import.meta.url))],
    {
      env: { ...environment, PORT: '0', DATA_DIR: dataDir, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let printed = '';
  for (const stream of [supervisor.stdout, supervisor.stderr]) {
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  }
  const exited = once(supervisor, 'close');
  const hasExited = () => supervisor.exitCode !== null || supervisor.signalCode !== null;
  const stop = async () => {
    if (!hasExited()) supervisor.kill('SIGTERM');
    await exited;
    if (variables.DATA_DIR !== undefined) return;
    await emptyInstance(dataDir);
    await rm(dataDir, { recursive: true, force: true });
  };

  const findReady = async () => {
    if (hasExited()) return { url: undefined };
    const instance = await readInstanceFile(dataDir);
    if (!instance) return undefined;
    const response = await fetch(`${instance.url}/api/health/ready`);
    return response.ok ? { url: instance.url } : undefined;
  };
  const options = { timeoutMs: START_TIMEOUT_MS, everyMs: 100, what: 'the instance is ready' };
  const { url } = await until(findReady, options).catch(async (cause: unknown) => {
    await stop();
    throw new Error(`The instance did not get ready:\n${printed}`, { cause });
  });
  if (url === undefined) {
    await stop();
    throw new Error(`The instance ended before it was ready:\n${printed}`);
  }
  return { url, dataDir, pid: supervisor.pid!, output: () => printed, stop };
}
