import { Router } from 'express';
import Joi from 'joi';
import { validate } from '../../middleware/validate.ts';
import { idSchema } from '../product/product.schema.ts';
import { runPreflight, type PreflightDeps } from './run-preflight.ts';

const noQuery = Joi.object({});

/** `/api/admin/sales/:id/preflight`. */
export function createPreflightRoutes(deps: PreflightDeps): Router {
  const router = Router();
  router.get('/:id/preflight', async (req, res) => {
    const { id } = validate(idSchema, req.params);
    validate(noQuery, req.query);
    res.set('Cache-Control', 'no-store').json(await runPreflight(deps, id));
  });
  return router;
}
