import { Router } from 'express';
import { ordersCacheKey } from '../../infrastructure/redis/keys.ts';
import type { ReadThrough } from '../../infrastructure/redis/read-through.ts';
import { validate } from '../../middleware/validate.ts';
import { presentOrderPage } from './order.model.ts';
import type { OrderRepository } from './order.repository.ts';
import { DEFAULT_PAGE, orderPageSchema } from './order.schema.ts';

/** The first page is kept so long, ended by settle and cancellation. */
const FIRST_PAGE_KEPT_SEC = 300;

export interface OrderRoutesDeps {
  orders: OrderRepository;
  readThrough: ReadThrough;
}

/** `/api/purchase/user/:userId`: a user's orders, newest first, for that user and operators. */
export function createOrderRoutes({ orders, readThrough }: OrderRoutesDeps): Router {
  const router = Router();

  router.get('/user/:userId', async (req, res) => {
    const { userId, limit, cursor } = validate(orderPageSchema, { ...req.query, ...req.params });

    // One more than asked for tells whether there is a next page.
    const read = async () =>
      presentOrderPage(
        await orders.findPage(userId, { limit: limit + 1, ...(cursor ? { cursor } : {}) }),
        limit,
      );
    const isFirstPage = cursor === undefined && limit === DEFAULT_PAGE;
    const page = isFirstPage
      ? await readThrough(ordersCacheKey(userId), FIRST_PAGE_KEPT_SEC, read)
      : await read();
    res.set('Cache-Control', 'private, no-store').json(page);
  });

  return router;
}
