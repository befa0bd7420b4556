import { readFileSync } from 'node:fs';
import { answerOrders } from './answer-orders.ts';
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

/** Its tokens are read here, and what its clients saw is written when all is over: nothing else makes the load late. */
answerOrders(async ({ tokensFile, from, amount, journalFile, ...order }: OpenLoopOrder) => {
  const tokens = readFileSync(tokensFile, 'utf8')
    .trim()
    .split('\n')
    .slice(from, from + amount);
  const load = { ...order, tokens };
  const journal = journalFile === undefined ? undefined : createOpenLoopJournal(load);
  const result = await runOpenLoop(load, journal);
  if (journalFile !== undefined) journal?.write(journalFile);
  return result;
});
