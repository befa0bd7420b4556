import { Router } from 'express';
import type { SaleListBody } from '../../contracts/http.ts';
import type { SaleStatus } from './sale-status.ts';

/** `GET /api/flash-sale`: the sales a page can show. (The status of one is a lane: see sale-status.lane.ts.) */
export function createSaleRoutes({ saleStatus }: { saleStatus: SaleStatus }): Router {
  const router = Router();
  router.get('/', async (_req, res) => {
    const body: SaleListBody = { sales: await saleStatus.list() };
    res.setHeader('Cache-Control', 'public, max-age=1');
    res.json(body);
  });
  return router;
}
