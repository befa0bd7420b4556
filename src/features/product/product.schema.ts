import Joi from 'joi';
import { uuidSchema } from '../../utils/uuid-schema.ts';
import { pageKeys, type PageRequest } from '../../utils/page-cursor.ts';
import { textFilterSchema } from '../../utils/text-filter-schema.ts';
import type { NewProduct, ProductFilter } from './product.repository.ts';

/** Why a change is made, for the audit log. */
export const reasonSchema = Joi.string().trim().min(1).max(500);

const fields = {
  name: Joi.string().trim().min(1).max(200),
  description: Joi.string().trim().allow('').max(2_000),
  priceMinor: Joi.number().strict().integer().min(0).max(2_147_483_647),
  currency: Joi.string()
    .pattern(/^[A-Z]{3}$/)
    .message('{{#label}} must be three capital letters (ISO 4217)'),
};

export type ProductRequest = NewProduct & { reason?: string };

export const newProductSchema = Joi.object<ProductRequest>({
  ...fields,
  name: fields.name.required(),
  priceMinor: fields.priceMinor.required(),
  currency: fields.currency.required(),
  reason: reasonSchema,
});

export const productEditSchema = Joi.object<Partial<ProductRequest>>({
  ...fields,
  reason: reasonSchema,
}).or('name', 'description', 'priceMinor', 'currency');

export const idSchema = Joi.object<{ id: string }>({ id: uuidSchema.required() });
export const productListSchema = Joi.object<PageRequest & ProductFilter>({
  ...pageKeys,
  name: textFilterSchema,
});
