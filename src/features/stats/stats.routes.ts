import { Router } from 'express';
import Joi from 'joi';
import { RefusalError } from '../../errors/refusal.ts';
import { validate } from '../../middleware/validate.ts';
import { uuidSchema } from '../../utils/uuid-schema.ts';
import type { ReadStats } from './stats.service.ts';

const querySchema = Joi.object<{ saleId?: string }>({ saleId: uuidSchema });

/** `GET /api/flash-sale/stats`. */
export function createStatsRoutes({ readStats }: { readStats: ReadStats }): Router {
  const router = Router();
  router.get('/stats', async (req, res) => {
    const { saleId } = validate(querySchema, req.query);
    const stats = await readStats(saleId);
    if (!stats) throw new RefusalError({ code: 'sale_not_found' });
    res.setHeader('Cache-Control', 'no-store');
    res.json(stats);
  });
  return router;
}
