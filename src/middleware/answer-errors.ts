import type { ErrorRequestHandler, RequestHandler } from 'express';
import { isOutage } from '../errors/is-outage.ts';
import { writeProblem } from '../errors/problem.ts';
import { RefusalError, type Refusal } from '../errors/refusal.ts';
import type { Logger } from '../infrastructure/logging/logger.ts';
import { logFieldsOf } from './log-fields.ts';

/** Answers `not_found` to whatever reached it. */
export const answerNotFound: RequestHandler = (_req, res) => {
  writeProblem(res, { code: 'not_found' });
};

/**
 * Turns what was thrown into a problem document: refusals as they are, errors of Express and its body parser by their
 * status, a store that is away as `service_unavailable`, anything else as `internal_error` – logged whole, and told
 * to the client only by its request id.
 */
export function createErrorAnswer({ logger }: { logger: Logger }): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    const refusal = toRefusal(error);
    if (refusal.code === 'internal_error' || refusal.code === 'service_unavailable') {
      const level = refusal.code === 'internal_error' ? 'error' : 'warn';
      logger[level]('a request failed', { ...logFieldsOf(res), method: req.method, path: req.path, error });
    }
    if (res.headersSent) {
      next(error); // too late for a document: Express cuts the connection
      return;
    }
    writeProblem(res, refusal);
  };
}

function toRefusal(error: unknown): Refusal {
  if (error instanceof RefusalError) return error.refusal;
  if (isOutage(error)) return { code: 'service_unavailable' };
  const status = statusOf(error);
  if (status === 413) return { code: 'body_too_large', headers: { Connection: 'close' } };
  if (status === 415) return { code: 'unsupported_media_type' };
  if (status === 404) return { code: 'not_found' };
  if (status !== undefined && status >= 400 && status < 500) return { code: 'invalid_request' };
  return { code: 'internal_error' };
}

/** The status of an error made by http-errors (Express, its router, body parser and file server). */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined;
  return typeof error.status === 'number' ? error.status : undefined;
}
