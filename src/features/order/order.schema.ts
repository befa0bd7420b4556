import Joi from 'joi';
import { uuidSchema } from '../../utils/uuid-schema.ts';
import { decodeCursor, type OrderCursor } from './order.model.ts';

export const DEFAULT_PAGE = 20;

export interface OrderPageRequest {
  userId: string;
  limit: number;
  cursor?: OrderCursor;
}

export const orderPageSchema = Joi.object<OrderPageRequest>({
  userId: uuidSchema.required(),
  limit: Joi.number().integer().min(1).max(100).default(DEFAULT_PAGE),
  cursor: Joi.string()
    .max(100)
    .custom((text: string, check) => decodeCursor(text) ?? check.error('any.invalid'))
    .messages({ 'any.invalid': '{{#label}} must be a `nextCursor` of an earlier page' }),
});
