import { Router } from 'express';
import { RefusalError } from '../../errors/refusal.ts';
import { validate } from '../../middleware/validate.ts';
import { requireIdentity, type Authenticate } from '../account/authenticate.ts';
import { presentOrderPage } from './order.model.ts';
import type { OrderCache } from './order-cache.ts';
import type { OrderRepository } from './order.repository.ts';
import { DEFAULT_PAGE, orderPageSchema } from './order.schema.ts';

export interface OrderRoutesDeps {
  orders: OrderRepository;
  cache: OrderCache;
  authenticate: Authenticate;
}

/** `/api/purchase/user/:userId`: a user's orders, newest first, for that user and operators. */
export function createOrderRoutes({ orders, cache, authenticate }: OrderRoutesDeps): Router {
  const router = Router();

  router.get('/user/:userId', async (req, res) => {
    const identity = requireIdentity(authenticate, req.headers.authorization);
    const { userId, limit, cursor } = validate(orderPageSchema, { ...req.query, ...req.params });
    if (identity.userId !== userId && identity.role === 'shopper')
      throw new RefusalError({ code: 'forbidden' });

    // One more than asked for tells whether there is a next page.
    const read = async () =>
      presentOrderPage(
        await orders.findPage(userId, { limit: limit + 1, ...(cursor ? { cursor } : {}) }),
        limit,
      );
    const isFirstPage = cursor === undefined && limit === DEFAULT_PAGE;
    const page = isFirstPage ? await cache.firstPage(userId, read) : await read();
    res.set('Cache-Control', 'private, no-store').json(page);
  });

  return router;
}
