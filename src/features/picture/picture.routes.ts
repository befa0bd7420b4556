import express, { Router, type RequestHandler } from 'express';
import Joi from 'joi';
import { PICTURE_RULE } from '../../contracts/operator-http.ts';
import { RefusalError, type Refusal } from '../../errors/refusal.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import { validate } from '../../middleware/validate.ts';
import { readChange, requireVersion, sendAnswer } from '../operator/change-request.ts';
import { idSchema } from '../product/product.schema.ts';
import { setPicture, type ProductServiceDeps } from '../product/product.service.ts';
import { findPicture, type StoredPicture } from './picture.repository.ts';
import { readPicture } from './read-picture.ts';

/** A crowd asks for the same few: so many are kept in memory, a megabyte each at most. */
const MOST_KEPT = 16;

/** `POST /api/admin/products/:id/picture`: the picture itself is the body. */
export function createPictureUploadRoutes(deps: ProductServiceDeps): Router {
  const router = Router();
  router.post('/:id/picture', readBytes, async (req, res) => {
    const { id } = validate(idSchema, req.params);
    const version = requireVersion(req);
    const body: unknown = req.body;
    const picture = Buffer.isBuffer(body) ? readPicture(body) : null;
    if (!picture) {
      throw new RefusalError({ code: 'invalid_request', errors: PICTURE_ERRORS });
    }
    sendAnswer(res, await setPicture(deps, { id, version }, picture, readChange(req, res)));
  });
  return router;
}

const PICTURE_ERRORS = [{ field: 'body', message: PICTURE_RULE.message }];

// What it is, its bytes say. A compressed body would be small on the wire and large in memory.
const readRaw: RequestHandler = express.raw({
  type: () => true,
  limit: PICTURE_RULE.mostBytes,
  inflate: false,
});

/** Reads the bytes of a picture; one that is too large is refused in its own words: the catalogue's are of 4 KB. */
const readBytes: RequestHandler = (req, res, next) => {
  readRaw(req, res, (error?: unknown) => {
    const isTooLarge = error instanceof Error && 'status' in error && error.status === 413;
    next(isTooLarge ? new RefusalError(TOO_LARGE) : error);
  });
};

const TOO_LARGE = {
  code: 'body_too_large',
  detail: 'Send a picture of at most 1 MB.',
  errors: PICTURE_ERRORS,
  headers: { Connection: 'close' },
} as const satisfies Refusal;

const pictureSchema = Joi.object<{ hash: string }>({
  hash: Joi.string()
    .pattern(/^[0-9a-f]{64}$/)
    .required(),
});

/** `GET /api/pictures/:hash`. The name is the content's hash: whoever has it need never ask again. */
export function createPictureRoutes({ db }: { db: Database }): Router {
  const router = Router();
  const kept = new Map<string, StoredPicture>();
  router.get('/:hash', async (req, res) => {
    const { hash } = validate(pictureSchema, req.params);
    const picture = kept.get(hash) ?? (await findPicture(db, hash));
    if (!picture) throw new RefusalError({ code: 'not_found' });
    const [oldest] = kept.keys();
    if (kept.size >= MOST_KEPT && oldest !== undefined && !kept.has(hash)) kept.delete(oldest);
    kept.set(hash, picture);
    res.set({
      'Content-Type': picture.mediaType,
      'Cache-Control': 'public, max-age=31536000, immutable',
      // Opened by itself it is a picture too, whatever a browser might take it for; helmet says nosniff.
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'Content-Disposition': 'inline',
    });
    res.send(picture.bytes);
  });
  return router;
}
