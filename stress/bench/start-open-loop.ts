import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { OpenLoopOrder } from './open-loop-process.ts';
import type { OpenLoopResult } from './open-loop.ts';

const IS_SOURCE = import.meta.url.endsWith('.ts');
const PROGRAM = fileURLToPath(new URL(`./open-loop-process.${IS_SOURCE ? 'ts' : 'js'}`, import.meta.url));

/**
 * Runs an open loop in a process of its own: what the bench watches beside it must not make it late.
 *
 * @throws when that process ends without a result
 */
export function startOpenLoop(order: OpenLoopOrder): Promise<OpenLoopResult> {
  return new Promise((resolve, reject) => {
    const child = fork(PROGRAM, {
      execArgv: IS_SOURCE ? ['--import', 'tsx'] : [],
      serialization: 'advanced',
    });
    child.once('message', (result) => resolve(result as OpenLoopResult));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the generator ended with ${code}`)));
    child.send(order);
  });
}
