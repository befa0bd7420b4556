/**
 * Every Redis key of Stampede: its type, who writes it and when it goes.
 *
 * All keys of a sale carry the hash tag `{saleId}`, so that one script may touch them on Redis Cluster. What counts
 * units carries the epoch as well: a rebuilt gate starts with new names, and a late writer of an old epoch finds
 * nothing to spoil. Known ids outlive every epoch. Ids of attempts and shoppers inside of keys are short ids (utils/short-id.ts).
 */
export interface SaleKeys {
  /**
   * Start of every key of the sale. `admit` appends `tries:<window number>` (hash: shopper id → tries|ms of the first of
   * them; goes when the window after the next begins) and `second:<epoch second>`.
   */
  prefix: string;
  /** hash: epoch, runId, stockId, state, startsAt, endsAt (ms), limit, saleVersion, total, n, version, revision. Owner: open-gate. */
  gate: string;
  /** hash: attempt id → decided record. Owner: announce, rebuild. Expires at endsAt + 24 h. */
  known: string;
  /** hash: shopper id → id of the latest attempt. Owner: admit, rebuild. Expires at endsAt + 24 h. */
  latest: string;
  /** hash: received, admitted, confirmed, `refused:<code>`, `rejected:<reason>`. Expires at endsAt + 24 h. */
  counters: string;
}

export interface EpochKeys {
  /** string: units that may still be promised; below zero only after an adoption. */
  tokens: string;
  /** hash: shopper id → units promised or bought. */
  shoppers: string;
  /** hash: attempt id → in-flight record: all that enqueue and settle need. */
  inflight: string;
  /** sorted set: attempt id by sequence, the same members as `inflight`. */
  line: string;
  /** hash: change id → units an operator takes off the sale, and who asked why. Owner: stock. */
  changes: string;
}

/** How long after its end the keys of a sale are kept, in ms. */
export const KEPT_AFTER_END_MS = 24 * 3600 * 1000;

export function saleKeys(saleId: string): SaleKeys {
  const prefix = `{${saleId}}:`;
  return {
    prefix,
    gate: `${prefix}gate`,
    known: `${prefix}known`,
    latest: `${prefix}latest`,
    counters: `${prefix}counters`,
  };
}

export function epochKeys(saleId: string, epoch: number): EpochKeys {
  const prefix = `{${saleId}}:e${epoch}:`;
  return {
    tokens: `${prefix}tokens`,
    shoppers: `${prefix}shoppers`,
    inflight: `${prefix}inflight`,
    line: `${prefix}line`,
    changes: `${prefix}changes`,
  };
}

/** hash: received, admitted, confirmed, rejected in that second; expires after 330 s. Owner: admit, announce. */
export function secondKey(saleId: string, second: number): string {
  return `{${saleId}}:second:${second}`;
}

/** hash: bucket → count of one latency (see metrics/histogram). Expires at endsAt + 24 h. Owner: metrics. */
export function latencyKey(saleId: string, kind: 'accept' | 'settle' | 'outcome'): string {
  return `{${saleId}}:latency:${kind}`;
}

/** string: JSON of a sale's details; 30 min, deleted by every edit and rebuild. Owner: sale catalogue. */
export function saleDetailsKey(saleId: string): string {
  return `{${saleId}}:details`;
}

/** string: JSON of the sale list; 30 min, deleted by every edit and rebuild. Owner: sale catalogue. */
export const SALE_LIST_KEY = 'sales:list';

/**
 * string: JSON of the first page of a shopper's orders; 5 min, deleted by settle and cancellation: those of a whole
 * transaction at once, so all are in one slot. Owner: order.
 */
export function ordersCacheKey(userId: string): string {
  return `{orders}:${userId}`;
}

/** sorted set: worker id by the time it is believed to live until, ms; each renews its own every second. Owner: worker. */
export const WORKERS_ALIVE_KEY = 'workers:alive';

/** hash: repair → how often it was made, over all sales; kept. Owner: metrics. */
export const REPAIRS_KEY = 'repairs';

/** hash: meter, label values and bucket → count, or `sum` → millionths; over all processes; kept. Owner: metrics. */
export const METERS_KEY = 'meters';

/** hash: process id → JSON of what it uses; written every second, left out by the next reader when 10 s old. Owner: metrics. */
export const PROCESSES_KEY = 'processes';

/**
 * What the operator's live screen shows of the past hour. Lists of JSON, newest first, cut at an hour of seconds (events: 500),
 * gone an hour after the last. seen: string, JSON of what was last seen of processes and repairs. lease: string, who records;
 * 3 s. Owner: stats.
 */
export const HISTORY_KEYS = {
  instance: 'history:instance',
  events: 'history:events',
  seen: 'history:seen',
  lease: 'history:lease',
} as const;

/** list: the same of one sale. Owner: stats. */
export function saleHistoryKey(saleId: string): string {
  return `{${saleId}}:history`;
}

/** string: JSON of the verdicts on a sale's promises, for metrics; 60 s. Owner: metrics. */
export function verdictsKey(saleId: string): string {
  return `sale:${saleId}:verdicts`;
}

/** Start of every key of the queue (Bull's). Braces: they share a slot, and a second queue may be another shard. */
export const QUEUE_PREFIX = '{settle-0}';

/** list: JSON of jobs that could never work, newest first, at most 1,000; kept until a person deletes it. Owner: queue. */
export const SET_ASIDE_JOBS_KEY = `${QUEUE_PREFIX}:set-aside`;

/**
 * sorted set: `session:<id>` and `user:<id>:<issued before, ms>`, by when the entry goes, ms; expired ones leave with the
 * next revocation. Owner: account.
 */
export const REVOKED_TOKENS_KEY = 'tokens:revoked';

/**
 * Of one account (a hash of its e-mail) and address (a hash), in one slot. failures: hash n, until (ms); account: string,
 * tries from addresses unknown to it; both expire an hour after the last try (the first, for account). known: string, the
 * account was opened from there; 30 days. Owner: account.
 */
export function passwordTriesKeys(account: string, address: string) {
  const prefix = `password:{${account}}`;
  return {
    failures: `${prefix}:failures:${address}`,
    account: `${prefix}:unknown`,
    known: `${prefix}:known:${address}`,
  };
}

/**
 * hash: n, until (ms), of the accounts made from one block of addresses; expires an hour after the last. Owner: account.
 */
export function newAccountsKey(block: string): string {
  return `accounts:${block}`;
}

/** Channels: every API process subscribes to them. */
export const CHANNELS = {
  /** One message a settled transaction: the gate's figures, then the outcomes. Owner: announce. */
  outcomes: 'stampede:outcomes',
  /** Attempts that are traced and whose outcomes come next: a line each, its id and its traceparent. Owner: tracing. */
  traces: 'stampede:traces',
  /** A sale, its product or its gate changed: the sale's id. Owner: sale, reconcile. */
  saleChanged: 'stampede:sale-changed',
  /** An order was cancelled: whose, and which. Owner: order. */
  orderCancelled: 'stampede:order-cancelled',
  /** A revocation: when its entry goes, ms, and the entry. Owner: account. */
  tokensRevoked: 'stampede:tokens-revoked',
} as const;
