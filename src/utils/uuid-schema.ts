import Joi from 'joi';

/**
 * A UUID in its one spelling, 8-4-4-4-12, made lower case. Joi's own `guid` takes braces, brackets, colons and none as
 * well; PostgreSQL takes some of these too, and an id that names a row in two spellings has two attempt ids.
 */
export const uuidSchema = Joi.string().guid({ separator: '-', wrapper: false }).lowercase();
