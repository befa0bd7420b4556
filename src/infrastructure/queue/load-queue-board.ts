import type { RequestHandler } from 'express';
import type { createQueueBoard } from './queue-board.ts';

/**
 * The board of the queue, read from disk when the first operator opens it: its packages are 25 MB of memory and a quarter of a
 * second of start, and most API processes never show it.
 */
export function loadQueueBoard(options: Parameters<typeof createQueueBoard>[0]): RequestHandler {
  let loading: Promise<RequestHandler> | undefined;
  return (req, res, next) => {
    loading ??= import('./queue-board.ts').then(({ createQueueBoard: create }) => create(options));
    loading.then(
      (board) => board(req, res, next),
      (error: unknown) => {
        loading = undefined; // the next one tries again
        next(error);
      },
    );
  };
}
