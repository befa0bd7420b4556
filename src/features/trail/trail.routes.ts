import { Router } from 'express';
import Joi from 'joi';
import type { SearchBody } from '../../contracts/operator-http.ts';
import { validate } from '../../middleware/validate.ts';
import { isUuid } from '../../utils/is-uuid.ts';
import {
  findOperatorUser,
  findUserByEmail,
  presentOperatorUser,
} from '../account/operator-user.repository.ts';
import { idSchema } from '../product/product.schema.ts';
import { readTrail, type TrailDeps } from './read-trail.ts';
import { findAttempts, findOrders } from './trail.repository.ts';

const searchSchema = Joi.object<{ q: string }>({ q: Joi.string().trim().min(3).max(254).required() });

/** `/api/admin/attempts/:id/trail` and `/api/admin/search`. */
export function createTrailRoutes(deps: TrailDeps): Router {
  const router = Router();

  router.get('/attempts/:id/trail', async (req, res) => {
    const { id } = validate(idSchema, req.params);
    res.set('Cache-Control', 'no-store').json(await readTrail(deps, id));
  });

  router.get('/search', async (req, res) => {
    res.set('Cache-Control', 'no-store').json(await search(deps, validate(searchSchema, req.query).q));
  });

  return router;
}

/** By the e-mail of a user, or the id of a user, an attempt or an order. */
async function search({ db }: TrailDeps, asked: string): Promise<SearchBody> {
  const id = isUuid(asked) ? asked.toLowerCase() : null;
  const user = await (id === null ? findUserByEmail(db, asked) : findOperatorUser(db, id));
  const users = user ? [presentOperatorUser(user)] : [];
  if (!user && id === null) return { users, attempts: [], orders: [] };
  const wanted = { id: id ?? '', userId: user?.id };
  const [attempts, orders] = await Promise.all([findAttempts(db, wanted), findOrders(db, wanted)]);
  return { users, attempts, orders };
}
