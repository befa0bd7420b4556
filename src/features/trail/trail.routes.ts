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
import { findInFlight, listInFlightOf, type InFlight } from './find-in-flight.ts';
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

/** By the e-mail of a user, or the id of a user, an attempt or an order; attempts in flight too. */
async function search(deps: TrailDeps, asked: string): Promise<SearchBody> {
  const { db } = deps;
  const id = isUuid(asked) ? asked.toLowerCase() : null;
  const user = await (id === null ? findUserByEmail(db, asked) : findOperatorUser(db, id));
  const users = user ? [presentOperatorUser(user)] : [];
  if (!user && id === null) return { users, attempts: [], orders: [] };
  const wanted = { id: id ?? '', userId: user?.id };
  const inFlight = user ? await listInFlightOf(deps, user.id) : [await findInFlight(deps, wanted.id)];
  // After them: what leaves the gate's hand is in PostgreSQL.
  const [decided, orders] = await Promise.all([findAttempts(db, wanted), findOrders(db, wanted)]);
  const known = new Set(decided.map(({ attemptId }) => attemptId));
  const queued = inFlight.flatMap((attempt) =>
    attempt && !known.has(attempt.attemptId) ? [presentInFlight(attempt)] : [],
  );
  const attempts = [...queued, ...decided].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
  return { users, attempts, orders };
}

function presentInFlight({
  attemptId,
  saleId,
  shopperId,
  quantity,
  admittedAtMs,
}: InFlight): SearchBody['attempts'][0] {
  const at = new Date(admittedAtMs).toISOString();
  return { attemptId, saleId, userId: shopperId, quantity, status: 'queued', at };
}
