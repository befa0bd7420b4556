import Joi from 'joi';

/** Part of a text that a list is narrowed to. No control characters: PostgreSQL takes no NUL, and nobody types the others. */
export const textFilterSchema = Joi.string()
  .trim()
  .min(1)
  .max(200)
  .pattern(/^\P{Cc}*$/u)
  .message('{{#label}} must have no control characters');
