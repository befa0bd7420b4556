import { Router } from 'express';
import { RefusalError } from '../../errors/refusal.ts';
import { identityOf } from '../account/enforce-policies.ts';
import { validate } from '../../middleware/validate.ts';
import type { PurchaseStatus } from './purchase-status.ts';
import { statusQuerySchema } from './purchase.schema.ts';

/** `GET /api/purchase/status`: what became of the shopper's attempt. */
export function createPurchaseRoutes({ purchaseStatus }: { purchaseStatus: PurchaseStatus }): Router {
  const router = Router();
  router.get('/status', async (req, res) => {
    const { userId } = identityOf(res);
    const { attemptId, saleId } = validate(statusQuerySchema, req.query);
    const answer =
      attemptId === undefined
        ? await purchaseStatus.bySale(saleId ?? '', userId)
        : await purchaseStatus.byAttempt(attemptId, userId);
    if (!answer.ok) throw new RefusalError(answer.refusal);
    res.setHeader('Cache-Control', 'no-store');
    res.json(answer.body);
  });
  return router;
}
