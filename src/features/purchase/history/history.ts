import type { JournalEntry } from '../journal.ts';
import type { AdmittedAttempt, DecidedAttempt, KnownAttempt } from '../purchase.model.ts';

/** All that is known of one sale after a run: what clients saw, and what the stores say. */
export interface History {
  /** Of this sale only. */
  journal: readonly JournalEntry[];
  stores: StoredState;
}

/** Both stores as plain objects, read when nothing more was sent. */
export interface StoredState {
  sale: { saleId: string; startsAtMs: number; endsAtMs: number; perShopperLimit: number };
  stock: { total: number; sold: number };
  /** Rows of `purchase_attempts`; sequence 0 when an attempt was set aside. */
  attempts: readonly DecidedAttempt[];
  orders: readonly StoredOrder[];
  movements: readonly { delta: number; cause: string; atMs: number }[];
  gate: GateState | null;
  /** Whether there should be a gate: until a day after the end. */
  isGateKept: boolean;
}

export interface StoredOrder {
  orderId: string;
  attemptId: string;
  shopperId: string;
  quantity: number;
  status: 'confirmed' | 'cancelled';
}

export interface GateState {
  tokens: number;
  inflight: readonly AdmittedAttempt[];
  known: readonly KnownAttempt[];
  keysWithoutExpiry: readonly string[];
  /** The gate's clock when it was read, epoch ms. */
  takenAtMs: number;
}

/** What a run promised, or broke on purpose. */
export interface HistoryRules {
  /** The bound the processes were started with. */
  maxInflight?: number;
  /** When the last fault was over, epoch ms: everything is decided within 10 s of it. */
  healedAtMs?: number;
  /**
   * Attempts that may be lost under `ACK_DURABILITY=queued`, because Redis' data and the process that accepted them were
   * destroyed together. They are counted and shown; every other loss is a broken promise.
   */
  mayBeLost?: (attemptId: string) => boolean;
  /** Nothing was broken on purpose and no client was impatient: then a time-out is an overload without an answer. */
  isUndisturbed?: boolean;
}

/** One promise, judged. `lines` are those of the journal that show what broke, at most ten. */
export interface HistoryVerdict {
  id: string;
  ok: boolean;
  detail: string;
  lines: number[];
}

/** One thing that is wrong. */
export interface Finding {
  what: string;
  seen?: readonly JournalEntry[];
}

const MOST_LINES = 10;

/** @param detail  the figures it was judged by; what is wrong follows them */
export function verdict(id: string, detail: string, findings: readonly Finding[]): HistoryVerdict {
  const lines = findings.flatMap(({ seen = [] }) => seen.flatMap(({ line }) => line ?? []));
  const [first] = findings;
  const more = findings.length > 1 ? `, and ${findings.length - 1} more` : '';
  return {
    id,
    ok: findings.length === 0,
    detail: first ? `${detail}; ${first.what}${more}` : detail,
    lines: [...new Set(lines)].slice(0, MOST_LINES),
  };
}

/** An answer to an attempt's request that promised something. */
export function isAccepted({ kind, httpStatus, attemptId }: JournalEntry): boolean {
  return kind === undefined && (httpStatus === 202 || httpStatus === 200) && attemptId !== undefined;
}

export function unitsOf(items: readonly { quantity: number }[]): number {
  return items.reduce((sum, { quantity }) => sum + quantity, 0);
}
