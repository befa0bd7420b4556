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
 * PostgreSQL is there but does not work for us now: connection exceptions (class 08), no room, memory or connections left
 * (class 53), shutting or starting up, read-only (25006), a query that was cut by its time-out, waited too long for a lock, or was
 * rolled back for another's sake (class 40).
 */
const SQLSTATES = /^(08...|53...|57P0[1-5]|57014|55P03|25006|40001|40P01)$/;

/** knex and ioredis name these by text or class only; in capitals, what Redis answers when it is there and takes no command now. */
const MESSAGES =
  /^(Command timed out|Connection is closed\.|Stream isn't writeable|Connection terminated|Knex: Timeout acquiring|(OOM|LOADING|READONLY|MASTERDOWN|MISCONF|BUSY|NOREPLICAS|TRYAGAIN|CLUSTERDOWN) )/;
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
