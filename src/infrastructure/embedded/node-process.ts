import { fork, type ChildProcess } from 'node:child_process';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { environmentWith } from '../../config/env.ts';
import { supervisedFlag } from '../lifecycle.ts';
import { API_NODE_OPTIONS, WORKER_NODE_OPTIONS } from './node-options.ts';
import { describeExit, spawnTethered, type SupervisedProcess } from './tethered-process.ts';

export interface NodeProgram {
  /** The module to run. */
  module: URL;
  variables: Record<string, string>;
  onLine: (line: string) => void;
}

/** Starts one of several processes that share a listening port. */
export async function startClustered(program: NodeProgram): Promise<SupervisedProcess> {
  cluster.setupPrimary({
    exec: fileURLToPath(program.module),
    execArgv: [...process.execArgv, ...API_NODE_OPTIONS],
    args: [supervisedFlag],
    silent: true,
  });
  const worker = cluster.fork(program.variables);
  return supervise(worker.process, program);
}

/** Starts a worker, a process of its own; it notices by its channel when we are gone. */
export async function startForked(program: NodeProgram): Promise<SupervisedProcess> {
  const child = fork(program.module, [supervisedFlag], {
    execArgv: [...process.execArgv, ...WORKER_NODE_OPTIONS],
    env: environmentWith(program.variables),
    silent: true,
  });
  return supervise(child, program);
}

/** Starts a TypeScript module that restarts whenever its sources change. */
export async function startWatched(program: NodeProgram): Promise<SupervisedProcess> {
  return spawnTethered({
    program: process.execPath,
    args: ['--watch', '--watch-preserve-output', '--import', 'tsx', fileURLToPath(program.module)],
    stopSignal: 'TERM',
    env: environmentWith(program.variables),
    onLine: program.onLine,
  });
}

async function supervise(child: ChildProcess, { onLine }: NodeProgram): Promise<SupervisedProcess> {
  const exited = new Promise<string>((resolve) => {
    child.once('close', (code, name) => resolve(describeExit(code, name)));
  });
  for (const output of [child.stdout, child.stderr]) {
    if (output) createInterface({ input: output }).on('line', onLine);
  }
  // Rejects when it cannot be started.
  if (child.pid === undefined) await once(child, 'spawn');
  child.on('error', (error) => onLine(error.message));
  return {
    pid: child.pid ?? 0,
    exited,
    stop: () => void child.kill('SIGTERM'),
    kill: () => void child.kill('SIGKILL'),
  };
}
