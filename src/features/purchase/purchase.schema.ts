import Joi from 'joi';
import { uuidSchema } from '../../utils/uuid-schema.ts';

/** The body of an attempt. Unknown fields are refused; unsafe keys were refused before. */
export const attemptBodySchema = Joi.object<{ saleId: string; quantity: number }>({
  saleId: uuidSchema.required(),
  quantity: Joi.number().strict().integer().min(1).max(1000).default(1),
}).prefs({ abortEarly: false, errors: { wrap: { label: false } } }); // merged once; options of a call are merged each time

export const statusQuerySchema = Joi.object<{ attemptId?: string; saleId?: string }>({
  attemptId: uuidSchema,
  saleId: uuidSchema,
}).xor('attemptId', 'saleId');

/** 1–128 printable ASCII characters. */
export const IDEMPOTENCY_KEY = /^[\x20-\x7e]{1,128}$/;
