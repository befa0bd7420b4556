import type { OpenLoopOrder } from './open-loop-process.ts';
import type { OpenLoopResult } from './open-loop.ts';
import { startLoadProcess, type LoadProcess } from './start-load-process.ts';

export const startOpenLoop = (): LoadProcess<OpenLoopOrder, OpenLoopResult> =>
  startLoadProcess('open-loop-process');
