import { Router } from 'express';
import Joi from 'joi';
import { readJsonBody } from '../../middleware/read-json-body.ts';
import { validate } from '../../middleware/validate.ts';
import { readChange, sendAnswer } from '../operator/change-request.ts';
import { idSchema, reasonSchema } from '../product/product.schema.ts';
import { cancelOrder, type CancelDeps } from './cancel-order.ts';

const cancelSchema = Joi.object<{ reason: string; confirm?: string }>({
  reason: reasonSchema.required(),
  confirm: Joi.string().max(200),
});

/** `/api/admin/orders`. */
export function createOperatorOrderRoutes(deps: CancelDeps): Router {
  const router = Router();
  router.post('/:id/cancel', readJsonBody(), async (req, res) => {
    const { id } = validate(idSchema, req.params);
    const { reason, confirm } = validate(cancelSchema, req.body);
    sendAnswer(res, await cancelOrder(deps, id, { confirm }, readChange(req, res, reason)));
  });
  return router;
}
