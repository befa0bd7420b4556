import { Router, type Response } from 'express';
import type { HealthBody } from '../../contracts/http.ts';
import type { Health } from './check-health.ts';

/** `/api/health`, `/ready` and `/live`. */
export function createHealthRoutes({ health }: { health: Health }): Router {
  const router = Router();

  router.get('/', async (_req, res) => {
    send(res, await health.check());
  });
  router.get('/ready', async (_req, res) => {
    send(res, await health.checkReady());
  });
  router.get('/live', async (_req, res) => {
    send(res, await health.checkLive());
  });

  return router;
}

function send(res: Response, body: HealthBody): void {
  res
    .status(body.status === 'ok' ? 200 : 503)
    .set('Cache-Control', 'no-store')
    .json(body);
}
