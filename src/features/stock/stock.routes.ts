import { Router } from 'express';
import Joi from 'joi';
import { readJsonBody } from '../../middleware/read-json-body.ts';
import { validate } from '../../middleware/validate.ts';
import { readChange, sendAnswer } from '../operator/change-request.ts';
import { idSchema, reasonSchema } from '../product/product.schema.ts';
import { changeStock, type ChangeStockDeps } from './change-stock.ts';

const stockSchema = Joi.object<{ delta: number; reason: string; confirm?: string }>({
  delta: Joi.number().strict().integer().min(-10_000_000).max(10_000_000).invalid(0).required(),
  reason: reasonSchema.required(),
  confirm: Joi.string().max(200),
});

/** `/api/admin/sales/:id/stock`. */
export function createStockRoutes(deps: ChangeStockDeps): Router {
  const router = Router();
  router.post('/:id/stock', readJsonBody(), async (req, res) => {
    const { id } = validate(idSchema, req.params);
    const { reason, ...wish } = validate(stockSchema, req.body);
    sendAnswer(res, await changeStock(deps, id, wish, readChange(req, res, reason)));
  });
  return router;
}
