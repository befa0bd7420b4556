import compression from 'compression';
import { Router } from 'express';
import Joi from 'joi';
import { validate } from '../../middleware/validate.ts';
import { idSchema } from '../product/product.schema.ts';
import type { ReadLive } from './read-live.ts';

const querySchema = Joi.object<{ since?: number }>({
  since: Joi.number().integer().min(0).max(9_999_999_999),
});

/** `/api/admin/sales/:id/live`. An hour of a busy sale is 1.4 MB of JSON: it travels compressed. */
export function createLiveRoutes({ readLive }: { readLive: ReadLive }): Router {
  const router = Router();
  router.get('/:id/live', compression(), async (req, res) => {
    const { id } = validate(idSchema, req.params);
    const { since } = validate(querySchema, req.query);
    res.set('Cache-Control', 'no-store').json(await readLive(id, since));
  });
  return router;
}
