import type { GateReply } from '../../features/purchase/admit.ts';
import type { StoredState } from '../../features/purchase/history/history.ts';
import type {
  AdmittedAttempt,
  Attempt,
  AttemptBatch,
  DecidedAttempt,
} from '../../features/purchase/purchase.model.ts';

/** How one simulated sale begins. */
export interface ShopSettings {
  stock: number;
  perShopperLimit: number;
  maxInflight: number;
  isOpen: boolean;
}

/** A shopper may ask so often that some histories meet the bound. */
export const TRIES_LIMIT = 8;

export type OperatorState = 'active' | 'paused' | 'stopped';

/** What a drift was measured as; it is applied later, or never. */
export interface Drift {
  epoch: number;
  revision: number;
  drift: number;
  total: number;
}

/** The gate as far as both shops must agree on it: everything but times and random ids. */
export interface GateSight {
  epoch: number;
  n: number;
  tokens: number | null;
  shoppers: Record<string, number>;
  /** Attempt id → sequence. */
  inflight: Record<string, number>;
  /** Attempt id → `confirmed` or the reason. */
  known: Record<string, string>;
}

/**
 * Both stores of one sale. Each method is one atomic step of the product, or of the world around it: a process may die
 * between any two. There are two of them: the model, in memory, and the real one, on Redis and PostgreSQL.
 */
export interface Shop {
  saleId: string;
  /** Shoppers of the sale; the last one has no account, so what it buys is set aside. */
  shopperIds: readonly string[];
  /** Epoch ms of this shop's clock. */
  now(): number;

  admit(epoch: number, batchId: string, attempts: readonly Attempt[]): Promise<GateReply>;
  settle(attempts: readonly AdmittedAttempt[]): Promise<DecidedAttempt[]>;
  announce(decided: readonly DecidedAttempt[]): Promise<void>;
  adopt(attempts: readonly AdmittedAttempt[]): Promise<AttemptBatch>;
  /** What reconcile adds to the queue again. */
  inflight(): Promise<AttemptBatch[]>;
  measureDrift(): Promise<Drift | null>;
  applyDrift(drift: Drift): Promise<boolean>;
  ensureGate(): Promise<boolean>;
  /** A rebuild whose process dies: when it has raised the epoch, or when it has closed the old gate too. */
  beginRebuild(diesAfter: 'raise' | 'close'): Promise<void>;
  /** Puts PostgreSQL's settings in force at the gate. */
  putInForce(): Promise<void>;
  find(attemptId: string): Promise<DecidedAttempt | null>;
  /** Stopped or past its end, as PostgreSQL has it. */
  isOver(): Promise<boolean>;

  /** An operator's change as far as PostgreSQL; `putInForce` is the other half. */
  setState(state: OperatorState): Promise<void>;
  /** The window begins, or is over, from now on. */
  setWindow(edge: 'opens' | 'ends'): Promise<void>;
  addUnits(units: number): Promise<void>;
  /** Cancels the n-th confirmed order, in order of attempt ids, if there is one. */
  cancel(n: number): Promise<void>;

  /** Redis loses all it has. */
  loseRedis(): Promise<void>;
  /** Redis is another server than the gate was opened on. */
  changeServer(): Promise<void>;
  keepCopy(): Promise<void>;
  /** Redis has what it had when the copy was kept, and is another server. */
  bringCopyBack(): Promise<void>;

  look(): Promise<GateSight>;
  stored(): Promise<StoredState>;
}
