import { Router } from 'express';
import { readJsonBody } from '../../middleware/read-json-body.ts';
import { validate } from '../../middleware/validate.ts';
import { cutPage } from '../../utils/page-cursor.ts';
import { readChange, requireVersion, sendAnswer } from '../operator/change-request.ts';
import { idSchema } from '../product/product.schema.ts';
import { presentOperatorSale } from './operator-sale.model.ts';
import { listOperatorSales } from './operator-sale.repository.ts';
import {
  cloneSchema,
  messageSchema,
  newSaleSchema,
  saleEditSchema,
  saleListSchema,
  stateChangeSchema,
  stopSchema,
} from './operator-sale.schema.ts';
import * as sales from './operator-sale.service.ts';

/** `/api/admin/sales`: making, editing, publishing, pausing, a word to shoppers. */
export function createOperatorSaleRoutes(deps: sales.OperatorSaleDeps): Router {
  const router = Router();

  router.get('/', async (req, res) => {
    const asked = validate(saleListSchema, req.query);
    const found = await listOperatorSales(deps.db, { ...asked, nowMs: deps.clock.now() });
    const { items, ...rest } = cutPage(found, asked.limit);
    res.set('Cache-Control', 'no-store').json({ sales: items.map(presentOperatorSale), ...rest });
  });

  router.post('/', readJsonBody(), async (req, res) => {
    const { reason, ...sale } = validate(newSaleSchema, req.body);
    sendAnswer(res, await sales.createDraft(deps, sale, readChange(req, res, reason)));
  });

  router.get('/:id', async (req, res) => {
    sendAnswer(res, await sales.readSale(deps, validate(idSchema, req.params).id));
  });

  router.patch('/:id', readJsonBody(), async (req, res) => {
    const { id } = validate(idSchema, req.params);
    const { reason, ...edit } = validate(saleEditSchema, req.body);
    const version = requireVersion(req);
    sendAnswer(res, await sales.editSale(deps, { id, version }, edit, readChange(req, res, reason)));
  });

  router.post('/:id/clone', readJsonBody(), async (req, res) => {
    const { id } = validate(idSchema, req.params);
    const { reason, ...wanted } = validate(cloneSchema, req.body);
    sendAnswer(res, await sales.cloneSale(deps, id, wanted, readChange(req, res, reason)));
  });

  router.post('/:id/publish', readJsonBody(), async (req, res) => {
    const { id } = validate(idSchema, req.params);
    const { reason } = validate(stateChangeSchema, req.body);
    sendAnswer(res, await sales.publishSale(deps, id, readChange(req, res, reason)));
  });

  for (const [verb, state] of [
    ['pause', 'paused'],
    ['resume', 'active'],
  ] as const) {
    router.post(`/:id/${verb}`, readJsonBody(), async (req, res) => {
      const { id } = validate(idSchema, req.params);
      const { reason } = validate(stateChangeSchema, req.body);
      sendAnswer(res, await sales.setSaleState(deps, id, { state }, readChange(req, res, reason)));
    });
  }

  router.post('/:id/message', readJsonBody(), async (req, res) => {
    const { id } = validate(idSchema, req.params);
    const { message, reason } = validate(messageSchema, req.body);
    sendAnswer(res, await sales.setSaleMessage(deps, id, message, readChange(req, res, reason)));
  });

  router.post('/:id/stop', readJsonBody(), async (req, res) => {
    const { id } = validate(idSchema, req.params);
    const { reason, confirm } = validate(stopSchema, req.body);
    const wanted = { state: 'stopped', confirm } as const;
    sendAnswer(res, await sales.setSaleState(deps, id, wanted, readChange(req, res, reason)));
  });

  return router;
}
