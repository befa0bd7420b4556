import { Router } from 'express';
import Joi from 'joi';
import type { InvariantBody } from '../../contracts/http.ts';
import type { ReconciledBody } from '../../contracts/operator-http.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import { readJsonBody } from '../../middleware/read-json-body.ts';
import { validate } from '../../middleware/validate.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { readChange, sendAnswer } from '../operator/change-request.ts';
import { findAnswer, makeOnce, type Change, type ChangeAnswer } from '../operator/make-once.ts';
import { idSchema, reasonSchema } from '../product/product.schema.ts';
import { readSale } from '../sale/operator-sale.service.ts';

export interface ReconcileNowDeps {
  db: Database;
  /** One round of reconcile for one sale. */
  reconcileSale: (saleId: string) => Promise<void>;
  checkInvariants: (saleId: string) => Promise<InvariantBody[]>;
}

const reconcileSchema = Joi.object<{ reason?: string }>({ reason: reasonSchema });

/** `/api/admin/sales/:id/reconcile`. */
export function createReconcileRoutes(deps: ReconcileNowDeps): Router {
  const router = Router();
  router.post('/:id/reconcile', readJsonBody(), async (req, res) => {
    const { id } = validate(idSchema, req.params);
    const { reason } = validate(reconcileSchema, req.body);
    sendAnswer(res, await reconcileNow(deps, id, readChange(req, res, reason)));
  });
  return router;
}

/** Repairs a sale's gate now instead of within a second, and tells how its promises stand. */
async function reconcileNow(deps: ReconcileNowDeps, saleId: string, change: Change): Promise<ChangeAnswer> {
  const { db } = deps;
  await readSale({ db }, saleId);
  const made = await findAnswer(db, change);
  if (made) return made;
  await deps.reconcileSale(saleId); // may be repeated: nothing is lost should the answer not be stored
  const body: ReconciledBody = { saleId, invariants: await deps.checkInvariants(saleId) };
  return makeOnce(db, change, async (tx) => {
    const subject = `sale:${saleId}`;
    await writeAudit(tx, change.actor, { action: 'sale.reconcile', subject, before: null, after: body });
    return { status: 200, body };
  });
}
