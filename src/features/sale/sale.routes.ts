import { Router } from 'express';
import type { SaleListBody, TimeBody } from '../../contracts/http.ts';
import type { Clock } from '../../infrastructure/clock.ts';
import type { SaleStatus } from './sale-status.ts';

/**
 * `GET /api/flash-sale`: the sales a page can show, and `/time`: the gate's clock at this moment, never from a cache. (The
 * status of one is a lane: see sale-status.lane.ts.)
 */
export function createSaleRoutes({ saleStatus, clock }: { saleStatus: SaleStatus; clock: Clock }): Router {
  const router = Router();
  router.get('/', async (_req, res) => {
    const body: SaleListBody = { sales: await saleStatus.list() };
    res.setHeader('Cache-Control', 'public, max-age=1');
    res.json(body);
  });
  router.get('/time', (_req, res) => {
    const body: TimeBody = { serverTime: new Date(clock.now()).toISOString() };
    res.setHeader('Cache-Control', 'no-store');
    res.json(body);
  });
  return router;
}
