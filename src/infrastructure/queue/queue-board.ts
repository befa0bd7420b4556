import { createBullBoard } from '@bull-board/api';
import { BullAdapter } from '@bull-board/api/bullAdapter';
import { ExpressAdapter } from '@bull-board/express';
import type { Express, RequestHandler } from 'express';
import type { SettleQueue } from './settle-queue.ts';

/**
 * Makes bull-board, to be mounted at `path`: a page, its files, and the JSON it reads. Its second wall against changes
 * is the adapter's own; the first is that only reads reach it.
 */
export function createQueueBoard<Job>({
  queue,
  path,
}: {
  queue: Pick<SettleQueue<Job>, 'bull'>;
  path: string;
}): RequestHandler {
  const serverAdapter = new Adapter();
  serverAdapter.setBasePath(path);
  createBullBoard({
    queues: [new BullAdapter(queue.bull, { readOnlyMode: true })],
    serverAdapter,
    options: {
      uiConfig: {
        boardTitle: 'Stampede',
        hideDocsLink: true,
        // Our connections have names of their own, so it would say that nobody works.
        showWorkers: false,
      },
    },
  });
  const board = serverAdapter.getRouter() as Express;
  board.disable('x-powered-by');
  return board;
}

class Adapter extends ExpressAdapter {
  /** What is nobody's mistake is thrown on, to be logged and told as everywhere; bull-board would tell the browser. */
  override setErrorHandler(answer: Parameters<ExpressAdapter['setErrorHandler']>[0]): this {
    return super.setErrorHandler((error) => {
      const answered = answer(error);
      if (answered.status === 500) throw error;
      return answered;
    });
  }
}
