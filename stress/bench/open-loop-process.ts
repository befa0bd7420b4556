import { readFileSync } from 'node:fs';
import { createOpenLoopJournal } from './open-loop-journal.ts';
import { runOpenLoop, type OpenLoop } from './open-loop.ts';

/** An open loop whose tokens are some lines of a file: they need not be sent from process to process. */
export type OpenLoopOrder = Omit<OpenLoop, 'tokens'> & {
  tokensFile: string;
  from: number;
  amount: number;
  /** Where what its clients saw is written, when all is over. */
  journalFile?: string;
};

/** A generator in a process of its own, that nothing else makes late: one load for each message, answered with its result. */
process.on('message', ({ tokensFile, from, amount, journalFile, ...order }: OpenLoopOrder) => {
  const tokens = readFileSync(tokensFile, 'utf8')
    .trim()
    .split('\n')
    .slice(from, from + amount);
  const load = { ...order, tokens };
  const journal = journalFile === undefined ? undefined : createOpenLoopJournal(load);
  void runOpenLoop(load, journal).then((result) => {
    if (journalFile !== undefined) journal?.write(journalFile);
    process.send?.(result);
  });
});
process.once('disconnect', () => process.exit(0));
