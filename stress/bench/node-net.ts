import type { Generator, Load, LoadResult } from './load.ts';
import { startLoadProcess } from './start-load-process.ts';

/** For machines without wrk: a closed loop over the open loop's lines, in one Node process of its own. */
export function startNodeNet(): Generator {
  const { run, stop } = startLoadProcess<Load, LoadResult>('closed-loop-process');
  return { name: 'node:net', version: process.version, run, stop };
}
