import { readFileSync } from 'node:fs';
import { runOpenLoop, type OpenLoop } from './open-loop.ts';

/** An open loop whose tokens are some lines of a file: they need not be sent from process to process. */
export type OpenLoopOrder = Omit<OpenLoop, 'tokens'> & { tokensFile: string; from: number; amount: number };

/** A generator in a process of its own, that nothing else makes late: one load for its one message, then it ends. */
process.once('message', ({ tokensFile, from, amount, ...load }: OpenLoopOrder) => {
  const tokens = readFileSync(tokensFile, 'utf8')
    .trim()
    .split('\n')
    .slice(from, from + amount);
  void runOpenLoop({ ...load, tokens }).then((result) => process.send?.(result, () => process.disconnect()));
});
process.once('disconnect', () => process.exit(0));
