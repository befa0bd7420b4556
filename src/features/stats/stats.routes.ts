import { Router } from 'express';
import Joi from 'joi';
import { RefusalError } from '../../errors/refusal.ts';
import { requireIdentity, type Authenticate } from '../account/authenticate.ts';
import { validate } from '../../middleware/validate.ts';
import { uuidSchema } from '../../utils/uuid-schema.ts';
import type { ReadStats } from './stats.service.ts';

const querySchema = Joi.object<{ saleId?: string }>({ saleId: uuidSchema });

/** `GET /api/flash-sale/stats`: for operators; for anyone when `isPublic`. */
export function createStatsRoutes({
  authenticate,
  readStats,
  isPublic,
}: {
  authenticate: Authenticate;
  readStats: ReadStats;
  isPublic: boolean;
}): Router {
  const router = Router();
  router.get('/stats', async (req, res) => {
    if (!isPublic && requireIdentity(authenticate, req.headers.authorization).role === 'shopper') {
      throw new RefusalError({ code: 'forbidden', detail: 'Only operators may see the figures of a sale.' });
    }
    const { saleId } = validate(querySchema, req.query);
    const stats = await readStats(saleId);
    if (!stats) throw new RefusalError({ code: 'sale_not_found' });
    res.setHeader('Cache-Control', 'no-store');
    res.json(stats);
  });
  return router;
}
