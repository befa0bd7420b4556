import { Router } from 'express';
import { readJsonBody } from '../../middleware/read-json-body.ts';
import { validate } from '../../middleware/validate.ts';
import { cutPage } from '../../utils/page-cursor.ts';
import { readChange, requireVersion, sendAnswer } from '../operator/change-request.ts';
import { presentProduct } from './product.model.ts';
import { listProducts } from './product.repository.ts';
import { idSchema, newProductSchema, productEditSchema, productListSchema } from './product.schema.ts';
import { createProduct, editProduct, readProduct, type ProductServiceDeps } from './product.service.ts';

/** `/api/admin/products`. */
export function createProductRoutes(deps: ProductServiceDeps): Router {
  const router = Router();

  router.get('/', async (req, res) => {
    const asked = validate(productListSchema, req.query);
    const { items, ...rest } = cutPage(await listProducts(deps.db, asked), asked.limit);
    res.set('Cache-Control', 'no-store').json({ products: items.map(presentProduct), ...rest });
  });

  router.post('/', readJsonBody(), async (req, res) => {
    const { reason, ...product } = validate(newProductSchema, req.body);
    sendAnswer(res, await createProduct(deps, product, readChange(req, res, reason)));
  });

  router.get('/:id', async (req, res) => {
    sendAnswer(res, await readProduct(deps, validate(idSchema, req.params).id));
  });

  router.patch('/:id', readJsonBody(), async (req, res) => {
    const { id } = validate(idSchema, req.params);
    const { reason, ...edit } = validate(productEditSchema, req.body);
    const version = requireVersion(req);
    sendAnswer(res, await editProduct(deps, { id, version }, edit, readChange(req, res, reason)));
  });

  return router;
}
