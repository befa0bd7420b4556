const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** Whether a text may be given to PostgreSQL as a `uuid`. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
