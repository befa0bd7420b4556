import Joi from 'joi';
import { pageKeys, type PageRequest } from '../../utils/page-cursor.ts';
import { textFilterSchema } from '../../utils/text-filter-schema.ts';
import { uuidSchema } from '../../utils/uuid-schema.ts';
import { reasonSchema } from '../product/product.schema.ts';
import type { SaleEdit, SaleFilter } from './operator-sale.repository.ts';
import type { NewSale } from './sale.repository.ts';

/** RFC 3339 has four digits for a year; what ISO 8601 allows beyond is no time of a sale, and none that PostgreSQL keeps. */
const time = Joi.date().iso().min('2000-01-01T00:00:00Z').max('9999-12-31T23:59:59Z');

const fields = {
  productId: uuidSchema,
  name: Joi.string().trim().min(1).max(200),
  startsAt: time,
  endsAt: time,
  perShopperLimit: Joi.number().strict().integer().min(1).max(1_000),
};
const endsAt = fields.endsAt
  .greater(Joi.ref('startsAt'))
  .messages({ 'date.greater': '{{#label}} must be after startsAt' });
const stock = Joi.number().strict().integer().min(0).max(10_000_000);

export const saleListSchema = Joi.object<PageRequest & SaleFilter>({
  ...pageKeys,
  name: textFilterSchema,
  state: Joi.valid('draft', 'active', 'paused', 'stopped'),
  when: Joi.valid('upcoming', 'running', 'over'),
  productId: uuidSchema,
});

export interface SaleRequest extends Omit<NewSale, 'isDraft'> {
  reason?: string;
}

export const newSaleSchema = Joi.object<SaleRequest>({
  productId: fields.productId.required(),
  name: fields.name.required(),
  startsAt: fields.startsAt.required(),
  endsAt: endsAt.required(),
  perShopperLimit: fields.perShopperLimit.default(1),
  stock: stock.required(),
  reason: reasonSchema,
});

export const saleEditSchema = Joi.object<SaleEdit & { reason?: string }>({
  ...fields,
  reason: reasonSchema,
}).or('productId', 'name', 'startsAt', 'endsAt', 'perShopperLimit');

export interface CloneRequest {
  startsAt: Date;
  endsAt: Date;
  name?: string;
  stock?: number;
  reason?: string;
}

export const cloneSchema = Joi.object<CloneRequest>({
  startsAt: fields.startsAt.required(),
  endsAt: endsAt.required(),
  name: fields.name,
  stock,
  reason: reasonSchema,
});

export const stateChangeSchema = Joi.object<{ reason?: string }>({ reason: reasonSchema });

/** A few sentences, so that a phone shows them below the button; empty takes them off. Of control characters only line breaks. */
export const messageSchema = Joi.object<{ message: string; reason?: string }>({
  message: Joi.string()
    .trim()
    .allow('')
    .max(280)
    .pattern(/^[\P{Cc}\n]*$/u)
    .message('{{#label}} must have no control characters but line breaks')
    .required(),
  reason: reasonSchema,
});

/** For what cannot be taken back: with a reason, and the sale's name typed. */
export const stopSchema = Joi.object<{ reason: string; confirm?: string }>({
  reason: reasonSchema.required(),
  confirm: Joi.string().max(200),
});
