import { Router } from 'express';
import Joi from 'joi';
import type { Role } from '../../contracts/http.ts';
import { readJsonBody } from '../../middleware/read-json-body.ts';
import { validate } from '../../middleware/validate.ts';
import { cutPage, pageKeys, type PageRequest } from '../../utils/page-cursor.ts';
import { readChange, requireVersion, sendAnswer } from '../operator/change-request.ts';
import { idSchema, reasonSchema } from '../product/product.schema.ts';
import { listUsers, presentOperatorUser, type UserFilter } from './operator-user.repository.ts';
import { changeUser, readUser, type OperatorUserDeps } from './operator-user.service.ts';

const role = Joi.valid('shopper', 'operator', 'admin');

const listSchema = Joi.object<PageRequest & UserFilter>({
  ...pageKeys,
  email: Joi.string().max(254),
  role,
  blocked: Joi.boolean(),
});

const changeSchema = Joi.object<{ role?: Role; blocked?: boolean; reason: string }>({
  role,
  blocked: Joi.boolean().strict(),
  reason: reasonSchema.required(),
}).or('role', 'blocked');

/** `/api/admin/users`. */
export function createOperatorUserRoutes(deps: OperatorUserDeps): Router {
  const router = Router();

  router.get('/', async (req, res) => {
    const asked = validate(listSchema, req.query);
    const { items, ...rest } = cutPage(await listUsers(deps.db, asked), asked.limit);
    res.set('Cache-Control', 'no-store').json({ users: items.map(presentOperatorUser), ...rest });
  });

  router.get('/:id', async (req, res) => {
    sendAnswer(res, await readUser(deps, validate(idSchema, req.params).id));
  });

  router.patch('/:id', readJsonBody(), async (req, res) => {
    const { id } = validate(idSchema, req.params);
    const { reason, ...wanted } = validate(changeSchema, req.body);
    const version = requireVersion(req);
    sendAnswer(res, await changeUser(deps, { id, version }, wanted, readChange(req, res, reason)));
  });

  return router;
}
