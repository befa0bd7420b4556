import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { OpenLoopOrder } from './open-loop-process.ts';
import type { OpenLoopResult } from './open-loop.ts';

const IS_SOURCE = import.meta.url.endsWith('.ts');
const PROGRAM = fileURLToPath(new URL(`./open-loop-process.${IS_SOURCE ? 'ts' : 'js'}`, import.meta.url));

export interface OpenLoopGenerator {
  /** One load at a time; a later one finds its code compiled. @throws when the process ends without a result */
  run(order: OpenLoopOrder): Promise<OpenLoopResult>;
  stop(): void;
}

/** Starts a generator in a process of its own: what the bench watches beside it must not make it late. */
export function startOpenLoop(): OpenLoopGenerator {
  const child = fork(PROGRAM, {
    execArgv: IS_SOURCE ? ['--import', 'tsx'] : [],
    serialization: 'advanced',
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the generator ended with ${String(code)}`);
  });
  ended.catch(() => undefined); // told to whoever waits for a result
  return {
    async run(order) {
      const result = once(child, 'message');
      child.send(order);
      const [found] = (await Promise.race([result, ended])) as [OpenLoopResult];
      return found;
    },
    stop: () => {
      if (child.connected) child.disconnect();
    },
  };
}
