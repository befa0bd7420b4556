import express, { Router, type RequestHandler } from 'express';
import { RefusalError } from '../errors/refusal.ts';
import { isJsonContentType, MAX_BODY_BYTES, parseJsonBody } from './json-body.ts';

/**
 * Reads the body of an ordinary route into `req.body`: one JSON object of at most 4 KB, without unsafe keys; no body
 * at all reads as an empty one. Refuses `unsupported_media_type`, `body_too_large` and `invalid_request`.
 */
export function readJsonBody(): RequestHandler {
  // A compressed body would be small on the wire and large in memory: refused by `inflate`.
  const readRaw = express.raw({ type: () => true, limit: MAX_BODY_BYTES, inflate: false });
  const requireJson: RequestHandler = (req, _res, next) => {
    const hasBody =
      req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length']) > 0;
    if (hasBody && !isJsonContentType(req.headers['content-type'])) {
      throw new RefusalError({ code: 'unsupported_media_type' });
    }
    next();
  };
  const parse: RequestHandler = (req, _res, next) => {
    const raw: unknown = req.body;
    const parsed =
      Buffer.isBuffer(raw) && raw.length > 0 ? parseJsonBody(raw) : { ok: true as const, body: {} };
    if (!parsed.ok) throw new RefusalError(parsed.refusal);
    req.body = parsed.body;
    next();
  };
  return Router().use(requireJson, readRaw, parse);
}
