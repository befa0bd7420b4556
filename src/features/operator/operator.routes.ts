import { Router } from 'express';
import { createOperatorUserRoutes } from '../account/operator-user.routes.ts';
import type { OperatorUserDeps } from '../account/operator-user.service.ts';
import { createAuditRoutes } from '../audit/audit.routes.ts';
import { createExportRoutes, type ExportDeps } from '../export/export.routes.ts';
import { createOperatorOrderRoutes } from '../order/operator-order.routes.ts';
import { createPictureUploadRoutes } from '../picture/picture.routes.ts';
import { createPreflightRoutes } from '../preflight/preflight.routes.ts';
import type { PreflightDeps } from '../preflight/run-preflight.ts';
import { createProductRoutes } from '../product/product.routes.ts';
import { createOperatorSaleRoutes } from '../sale/operator-sale.routes.ts';
import type { OperatorSaleDeps } from '../sale/operator-sale.service.ts';
import { createLiveRoutes } from '../stats/live.routes.ts';
import type { ReadLive } from '../stats/read-live.ts';
import type { ChangeStockDeps } from '../stock/change-stock.ts';
import { createBoardRoutes, type BoardRoutesDeps } from '../queue/board.routes.ts';
import { createReconcileRoutes, type ReconcileNowDeps } from '../stock/reconcile.routes.ts';
import { createStockRoutes } from '../stock/stock.routes.ts';
import type { TrailDeps } from '../trail/read-trail.ts';
import { createTrailRoutes } from '../trail/trail.routes.ts';

export type OperatorDeps = OperatorSaleDeps &
  ChangeStockDeps &
  ReconcileNowDeps &
  TrailDeps &
  OperatorUserDeps &
  PreflightDeps &
  BoardRoutesDeps &
  ExportDeps & { readLive: ReadLive };

/** `/api/admin`: all that operators and admins do; who may is in contracts/policies.ts. */
export function createOperatorRoutes(deps: OperatorDeps): Router {
  const router = Router();
  router.use('/products', createProductRoutes(deps), createPictureUploadRoutes(deps));
  router.use('/sales', createOperatorSaleRoutes(deps), createStockRoutes(deps));
  router.use('/sales', createReconcileRoutes(deps), createExportRoutes(deps));
  router.use('/sales', createLiveRoutes(deps), createPreflightRoutes(deps));
  router.use('/orders', createOperatorOrderRoutes(deps));
  router.use('/users', createOperatorUserRoutes(deps));
  router.use('/audit', createAuditRoutes(deps));
  router.use('/queues', createBoardRoutes(deps));
  router.use(createTrailRoutes(deps));
  return router;
}
