import { Router } from 'express';
import { createProductRoutes } from '../product/product.routes.ts';
import { createOperatorSaleRoutes } from '../sale/operator-sale.routes.ts';
import { createOperatorOrderRoutes } from '../order/operator-order.routes.ts';
import type { OperatorSaleDeps } from '../sale/operator-sale.service.ts';
import type { ChangeStockDeps } from '../stock/change-stock.ts';
import { createStockRoutes } from '../stock/stock.routes.ts';

export type OperatorDeps = OperatorSaleDeps & ChangeStockDeps;

/** `/api/admin`: all that operators and admins do; who may is in contracts/policies.ts. */
export function createOperatorRoutes(deps: OperatorDeps): Router {
  const router = Router();
  router.use('/products', createProductRoutes(deps));
  router.use('/sales', createOperatorSaleRoutes(deps), createStockRoutes(deps));
  router.use('/orders', createOperatorOrderRoutes(deps));
  return router;
}
