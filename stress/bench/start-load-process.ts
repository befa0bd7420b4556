import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadAnswer } from './answer-orders.ts';

const IS_SOURCE = import.meta.url.endsWith('.ts');

export interface LoadProcess<Order, Result> {
  /** One load at a time; a later one finds its code compiled. @throws when it cannot be made, or the process ends */
  run(order: Order): Promise<Result>;
  stop(): void;
}

/**
 * Starts a generator in a process of its own: what the bench watches beside it must not make it late. It ends with the bench.
 *
 * @param program  a module beside this one that calls `answerOrders`
 */
export function startLoadProcess<Order extends object, Result>(program: string): LoadProcess<Order, Result> {
  const path = fileURLToPath(new URL(`./${program}.${IS_SOURCE ? 'ts' : 'js'}`, import.meta.url));
  const child = fork(path, { execArgv: IS_SOURCE ? ['--import', 'tsx'] : [], serialization: 'advanced' });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the generator ended with ${String(code)}`);
  });
  ended.catch(() => undefined); // told to whoever waits for a result
  return {
    async run(order) {
      const answered = once(child, 'message');
      child.send(order);
      const [answer] = (await Promise.race([answered, ended])) as [LoadAnswer<Result>];
      if ('error' in answer) throw new Error(answer.error);
      return answer.result;
    },
    stop: () => {
      if (child.connected) child.disconnect();
    },
  };
}
