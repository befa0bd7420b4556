import { Router, type RequestHandler } from 'express';
import helmet from 'helmet';
import Joi from 'joi';
import type { Clock } from '../../infrastructure/clock.ts';
import { readJsonBody } from '../../middleware/read-json-body.ts';
import { PAGE_DIRECTIVES } from '../../middleware/security-headers.ts';
import { validate } from '../../middleware/validate.ts';
import { emptySchema } from '../account/account.schema.ts';
import { setBoardCookie } from '../account/board-cookie.ts';
import { identityOf } from '../account/enforce-policies.ts';

export interface BoardRoutesDeps {
  queueBoard: RequestHandler;
  clock: Clock;
}

/** A job holds up to 500 attempts: a page of a thousand would hold up the line that shoppers' attempts go through. */
const pageSchema = Joi.object({ jobsPerPage: Joi.number().integer().min(1).max(50) }).unknown();

/** `/api/admin/queues`: bull-board, and the cookie by which a browser opens it. */
export function createBoardRoutes(deps: BoardRoutesDeps): Router {
  const router = Router();

  router.post('/session', readJsonBody(), (req, res) => {
    validate(emptySchema, req.body);
    const { authorization = '' } = req.headers; // a cookie counts for reads only
    setBoardCookie(res, { authorization, identity: identityOf(res), now: deps.clock.now() });
    res.status(204).set('Cache-Control', 'no-store').end();
  });

  const board: RequestHandler = (req, res, next) => {
    validate(pageSchema, req.query);
    res.set('Cache-Control', 'no-store');
    deps.queueBoard(req, res, next);
  };
  router.get('/', boardPolicy, board);
  router.use(boardPolicy, board);
  return router;
}

/** Its page says where its files are by a `<base>`; all else is as everywhere: no inline script, nothing from elsewhere. */
const boardPolicy: RequestHandler = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: { ...PAGE_DIRECTIVES, baseUri: ["'self'"] },
});
