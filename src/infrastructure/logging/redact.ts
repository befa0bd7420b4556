const REDACTED = '[redacted]';
const SECRET_NAME = /(authorization|cookie|password|passwordhash|secret|token)$/i;
/** `scheme://user:password@`, as in a database URL. */
const URL_CREDENTIALS = /\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s/@]+@/gi;
const BEARER = /\bBearer\s+[\w.~+/=-]+/gi;
/** Any JSON Web Token, wherever it stands: base64url of `{"` is `eyJ`. */
const JSON_WEB_TOKEN = /\beyJ[\w-]+\.[\w-]+\.[\w-]+/g;
const MAX_DEPTH = 6;

/** Takes passwords out of URLs and tokens out of text. */
export function redactText(text: string): string {
  return text
    .replace(URL_CREDENTIALS, `$1:${REDACTED}@`)
    .replace(BEARER, `Bearer ${REDACTED}`)
    .replace(JSON_WEB_TOKEN, REDACTED);
}

/**
 * Copies what is to be logged without its secrets: by name (any field that ends in authorization, cookie, password,
 * secret or token) and by look. Errors become plain objects with their cause; circles and depths beyond six are cut.
 */
export function redact(value: unknown, seen: ReadonlySet<object> = new Set()): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value;
  if (seen.has(value)) return '[circular]';
  if (seen.size >= MAX_DEPTH) return '[too deep]';
  const within = new Set(seen).add(value);
  if (Array.isArray(value)) return value.map((item) => redact(item, within));
  const fields = Object.entries(value).map(([name, field]): [string, unknown] => [
    name,
    isSecret(name, field) ? REDACTED : redact(field, within),
  ]);
  if (!(value instanceof Error)) return Object.fromEntries(fields);
  return {
    name: value.name,
    message: redactText(value.message),
    stack: redactText(value.stack ?? ''),
    ...(value.cause === undefined ? {} : { cause: redact(value.cause, within) }),
    ...Object.fromEntries(fields),
  };
}

/** Numbers and booleans keep their value: the gate's `token` counts are no secrets. */
function isSecret(name: string, value: unknown): boolean {
  return (
    value !== null &&
    value !== undefined &&
    ['string', 'object'].includes(typeof value) &&
    SECRET_NAME.test(name)
  );
}
