import express, { Router } from 'express';
import Joi from 'joi';
import { RefusalError } from '../../errors/refusal.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import { validate } from '../../middleware/validate.ts';
import { readChange, requireVersion, sendAnswer } from '../operator/change-request.ts';
import { idSchema } from '../product/product.schema.ts';
import { setPicture, type ProductServiceDeps } from '../product/product.service.ts';
import { findPicture, type StoredPicture } from './picture.repository.ts';
import { readPicture } from './read-picture.ts';

const MOST_BYTES = 2 ** 20;
/** A crowd asks for the same few: so many are kept in memory, a megabyte each at most. */
const MOST_KEPT = 16;

/** `POST /api/admin/products/:id/picture`: the picture itself is the body. */
export function createPictureUploadRoutes(deps: ProductServiceDeps): Router {
  const router = Router();
  // What it is, its bytes say. A compressed body would be small on the wire and large in memory.
  const readBytes = express.raw({ type: () => true, limit: MOST_BYTES, inflate: false });
  router.post('/:id/picture', readBytes, async (req, res) => {
    const { id } = validate(idSchema, req.params);
    const version = requireVersion(req);
    const body: unknown = req.body;
    const picture = Buffer.isBuffer(body) ? readPicture(body) : null;
    if (!picture) {
      const message = 'must be a whole PNG, JPEG or WebP of at most 1 MB and 4,096 pixels a side';
      throw new RefusalError({ code: 'invalid_request', errors: [{ field: 'body', message }] });
    }
    sendAnswer(res, await setPicture(deps, { id, version }, picture, readChange(req, res)));
  });
  return router;
}

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
