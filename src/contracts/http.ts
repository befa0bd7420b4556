import type { RejectionReason } from './error-catalogue.ts';

/** Bodies of the HTTP API and the sockets. Times are ISO 8601 UTC, money is integer minor units with a currency. */

export type Role = 'shopper' | 'operator' | 'admin';
export type SaleState = 'scheduled' | 'open' | 'paused' | 'sold_out' | 'ended';

export interface UserBody {
  id: string;
  email: string;
  name: string;
  role: Role;
}

export interface SessionBody {
  user: UserBody;
  accessToken: string;
  /** Seconds until the access token expires. */
  expiresIn: number;
}

export interface ProductBody {
  id: string;
  name: string;
  description: string;
  imageUrl: string;
  priceMinor: number;
  /** ISO 4217. */
  currency: string;
}

/** `GET /api/flash-sale/status`, and the `sale:tick` event. */
export interface SaleStatusBody {
  saleId: string;
  name: string;
  product: ProductBody;
  state: SaleState;
  startsAt: string;
  endsAt: string;
  serverTime: string;
  stock: { total: number; remaining: number };
  perShopperLimit: number;
  /** From the shop to all who look at the sale; absent when there is none. */
  message?: string;
  /** The gate's version: ignore a body with a lower one, or with the same one and an older `serverTime`. */
  seq: number;
}

export interface SaleListBody {
  sales: SaleStatusBody[];
}

/** `GET /api/flash-sale/time`, and the `server:time` event. */
export interface TimeBody {
  serverTime: string;
}

export type AttemptStatus = 'queued' | 'confirmed' | 'rejected';

/** `GET /api/purchase/status`, the `purchase:outcome` event, and a replayed attempt. */
export interface AttemptStatusBody {
  attemptId: string;
  saleId: string;
  quantity: number;
  status: AttemptStatus;
  reason?: RejectionReason;
  orderId?: string;
  /** 1 + the sale's admitted attempts ahead that are not settled; absent once decided or after a change of epoch. */
  position?: number;
  queuedAt: string;
  settledAt?: string;
}

/** `GET /api/purchase/status?saleId=` of a shopper who has not tried. */
export interface NoAttemptBody {
  status: 'none';
}

export interface AttemptRequest {
  saleId: string;
  quantity?: number;
}

export interface OrderBody {
  orderId: string;
  attemptId: string;
  saleId: string;
  productId: string;
  productName: string;
  quantity: number;
  unitPriceMinor: number;
  currency: string;
  status: 'confirmed' | 'cancelled';
  createdAt: string;
}

export interface OrderPageBody {
  orders: OrderBody[];
  nextCursor?: string;
}

export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
}

export interface InvariantBody {
  id: string;
  ok: boolean;
  detail: string;
  checkedAt: string;
}

export interface StatsBody {
  saleId: string;
  state: SaleState;
  serverTime: string;
  stock: { total: number; sold: number; promised: number; remaining: number };
  attempts: { received: number; admitted: number; confirmed: number; rejected: Record<string, number> };
  queue: { waiting: number; active: number; delayed: number; failed: number; oldestMs: number };
  /** What healed by itself, over all sales since Redis has its present store. */
  repairs: {
    gatesRebuilt: number;
    attemptsAdopted: number;
    batchesEnqueuedAgain: number;
    unitsCorrected: number;
  };
  throughput: { attemptsPerSec: number; confirmedPerSec: number };
  latencyMs: { accept: Percentiles; settle: Percentiles; outcome: Percentiles };
  invariants: InvariantBody[];
  /** The last 5 minutes, one entry a second in which something happened, oldest first; `at` in epoch seconds. */
  series: { at: number; received: number; admitted: number; confirmed: number; rejected: number }[];
}

export interface HealthBody {
  status: 'ok' | 'unavailable';
  version: string;
  commit: string;
  checks: Record<'postgres' | 'redis' | 'queue', { ok: boolean; latencyMs: number; detail?: string }> &
    Partial<Record<'client' | 'gates' | 'worker', { ok: boolean; latencyMs: number; detail?: string }>>;
}

/** Server → client events; client → server is `sale:watch { saleId }`. */
export interface ServerEvents {
  'sale:tick': (body: SaleStatusBody) => void;
  'purchase:outcome': (body: AttemptStatusBody) => void;
  /** An order of this shopper was cancelled: read the orders again. */
  'order:cancelled': (body: { orderId: string; saleId: string }) => void;
  'server:time': (body: TimeBody) => void;
}

export interface ClientEvents {
  'sale:watch': (body: { saleId: string }) => void;
}
