import Joi from 'joi';

/** Where a page ended: the next one holds what is older. */
export interface PageCursor {
  /** Microseconds since the epoch, as exact as PostgreSQL keeps it. */
  createdAtMicros: number;
  id: string;
}

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const CURSOR = new RegExp(`^(\\d{1,16})\\.(${UUID})$`);

export function encodeCursor({ createdAtMicros, id }: PageCursor): string {
  return Buffer.from(`${createdAtMicros}.${id}`).toString('base64url');
}

/** Null for what `encodeCursor` never made. */
export function decodeCursor(cursor: string): PageCursor | null {
  const [, createdAtMicros, id] = CURSOR.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  return id === undefined ? null : { createdAtMicros: Number(createdAtMicros), id };
}

/** A `cursor` in a query, read by `decodeCursor`. */
export const cursorSchema = Joi.string()
  .max(100)
  .custom((text: string, check) => decodeCursor(text) ?? check.error('any.invalid'))
  .messages({ 'any.invalid': '{{#label}} must be a `nextCursor` of an earlier page' });

/** `limit` and `cursor` of a list. */
export interface PageRequest {
  limit: number;
  cursor?: PageCursor;
}

export const pageKeys = {
  limit: Joi.number().integer().min(1).max(100).default(20),
  cursor: cursorSchema,
};

/**
 * Cuts a page.
 *
 * @param found  the page's items, newest first, and one more when there is a next page
 */
export function cutPage<Item extends PageCursor>(
  found: readonly Item[],
  limit: number,
): { items: Item[]; nextCursor?: string } {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, ...(last && found.length > limit ? { nextCursor: encodeCursor(last) } : {}) };
}
