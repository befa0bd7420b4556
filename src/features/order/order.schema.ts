import Joi from 'joi';
import { pageKeys, type PageRequest } from '../../utils/page-cursor.ts';
import { uuidSchema } from '../../utils/uuid-schema.ts';

export const DEFAULT_PAGE = 20;

export const orderPageSchema = Joi.object<PageRequest & { userId: string }>({
  userId: uuidSchema.required(),
  ...pageKeys,
  limit: pageKeys.limit.default(DEFAULT_PAGE),
});
