import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestScope } from './request-scope.ts';

export type Lane = (req: IncomingMessage, res: ServerResponse) => void;

export interface HotLaneDeps {
  requestScope: RequestScope;
  attemptLane: Lane;
  saleStatusLane: Lane;
  /** Everything else: the Express app, in which both lanes are mounted as well. */
  app: Lane;
  /** While the process stops, every answer ends its connection: a client that keeps asking goes elsewhere. */
  isStopping: () => boolean;
}

const ATTEMPT = '/api/purchase/attempt';
const STATUS = '/api/flash-sale/status';

/**
 * Stands in front of Express for the two requests of a crowd, whose routing would cost several times the work itself.
 * Only these methods and these spellings of the path; whatever is unusual goes the long way and gets the same answer.
 */
export function createHotLane({
  requestScope,
  attemptLane,
  saleStatusLane,
  app,
  isStopping,
}: HotLaneDeps): Lane {
  return (req, res) => {
    const { method, url = '' } = req;
    if (isStopping()) res.setHeader('Connection', 'close');
    if (method === 'POST' && url === ATTEMPT) {
      requestScope.beginLane(req, res, ATTEMPT);
      attemptLane(req, res);
    } else if (
      method === 'GET' &&
      url.startsWith(STATUS) &&
      (url.length === STATUS.length || url[STATUS.length] === '?')
    ) {
      requestScope.beginLane(req, res, STATUS);
      saleStatusLane(req, res);
    } else app(req, res);
  };
}
