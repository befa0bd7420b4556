import type Joi from 'joi';
import { RefusalError } from '../errors/refusal.ts';

/**
 * Checks a body or a query against its schema and returns it as the schema says, with its defaults.
 *
 * @throws RefusalError `invalid_request` naming every bad field at once
 */
export function validate<T>(schema: Joi.ObjectSchema<T>, value: unknown): T {
  const result = schema.validate(value, { abortEarly: false, errors: { wrap: { label: false } } });
  if (!result.error) return result.value;
  throw new RefusalError({
    code: 'invalid_request',
    errors: result.error.details.map(({ path, message }) => ({ field: path.join('.') || 'body', message })),
  });
}
