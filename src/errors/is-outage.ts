/** What Node's sockets say when the other side is not there. */
const NETWORK_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/**
 * PostgreSQL is there but does not work for us now: connection exceptions (class 08), too many connections, shutting
 * or starting up, and a query that was cut by its time-out or waited too long for a lock.
 */
const SQLSTATES = /^(08...|53300|57P0[1-5]|57014|55P03)$/;

/** knex and ioredis name these by text or class only. */
const MESSAGES =
  /^(Command timed out|Connection is closed\.|Stream isn't writeable|Connection terminated|Knex: Timeout acquiring)/;
const NAMES: ReadonlySet<string> = new Set(['MaxRetriesPerRequestError', 'KnexTimeoutError', 'AbortError']);

/** Whether an error means that PostgreSQL or Redis is away or overwhelmed, rather than that something is wrong here. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (NAMES.has(error.name) || MESSAGES.test(error.message)) return true;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && (NETWORK_CODES.has(code) || SQLSTATES.test(code))) return true;
  // Happy eyeballs: one error for each address that was tried.
  return error instanceof AggregateError && error.errors.length > 0 && error.errors.every(isOutage);
}
