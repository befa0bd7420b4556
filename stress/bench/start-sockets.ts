import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SocketAnswer, SocketOrder } from './socket-crowd.ts';

export interface SocketCrowd {
  /** Tells every process the same; their answers as one. */
  tell(order: Exclude<SocketOrder, { kind: 'connect' }>): Promise<SocketAnswer>;
  close(): Promise<void>;
}

const IS_SOURCE = import.meta.url.endsWith('.ts');
const PROGRAM = fileURLToPath(new URL(`./socket-crowd.${IS_SOURCE ? 'ts' : 'js'}`, import.meta.url));

/**
 * Opens a socket for each token, spread over several processes.
 *
 * @param journalFile  what they hear is written there, each process to a file of its own: `<file>.0`, `<file>.1` …
 */
export async function startSockets(
  { url, saleId, journalFile }: { url: string; saleId: string; journalFile?: string },
  tokens: readonly string[],
  processes: number,
): Promise<SocketCrowd> {
  const children = Array.from({ length: processes }, () =>
    fork(PROGRAM, { execArgv: IS_SOURCE ? ['--import', 'tsx'] : [] }),
  );
  const ask = async (index: number, order: SocketOrder): Promise<SocketAnswer> => {
    const child = children[index];
    if (!child?.connected) throw new Error('a process full of sockets is gone');
    const answered = once(child, 'message') as Promise<[SocketAnswer]>;
    child.send(order);
    return (await answered)[0];
  };
  await Promise.all(
    children.map((_, index) => {
      const own = tokens.filter((_token, at) => at % processes === index);
      return ask(index, {
        ...{ kind: 'connect', url, saleId, tokens: own },
        ...(journalFile === undefined ? {} : { journalFile: `${journalFile}.${index}` }),
      });
    }),
  );
  return {
    async tell(order) {
      const answers = await Promise.all(children.map((_, index) => ask(index, order)));
      return {
        clients: answers.reduce((sum, { clients }) => sum + clients, 0),
        soldOutAt: answers.flatMap(({ soldOutAt }) => soldOutAt),
        outcomeMs: answers.flatMap(({ outcomeMs }) => outcomeMs),
        seenMs: answers.flatMap(({ seenMs }) => seenMs),
        backAfterMs: answers.flatMap(({ backAfterMs }) => backAfterMs),
      };
    },
    async close() {
      await Promise.all(
        children.map(async (child) => {
          const gone = once(child, 'exit');
          child.kill();
          await gone;
        }),
      );
    },
  };
}
