import type { InvariantBody, ProductBody, Role } from './http.ts';

/** Bodies of the operators' API, `/api/admin/…`. */

/** Of an export: how many lines come after its header. */
export const ROW_COUNT_HEADER = 'X-Row-Count';

/** What a picture of a product may be, in bytes and in words. */
export const PICTURE_RULE = {
  mostBytes: 2 ** 20,
  message: 'must be a whole PNG, JPEG or WebP of at most 1 MB and 4,096 pixels a side',
} as const;

export interface OperatorProductBody extends ProductBody {
  /** Also in the `ETag`, as `"v<version>"`. */
  version: number;
  createdAt: string;
  updatedAt: string;
}

/** A sale as operators see it. `draft`: shoppers do not see it yet. */
export interface OperatorSaleBody {
  saleId: string;
  productId: string;
  name: string;
  state: 'draft' | 'active' | 'paused' | 'stopped';
  startsAt: string;
  endsAt: string;
  perShopperLimit: number;
  stock: { stockId: string; total: number; sold: number };
  /** What shoppers are told beside the sale; absent when there is nothing. */
  message?: string;
  version: number;
  createdAt: string;
  updatedAt: string;
}

/** A change of stock: what it is now. */
export interface StockChangeBody {
  changeId: string;
  saleId: string;
  delta: number;
  stock: { total: number; sold: number };
}

export interface CancelledOrderBody {
  orderId: string;
  attemptId: string;
  saleId: string;
  quantity: number;
  status: 'cancelled';
  cancelledAt: string;
}

export interface ReconciledBody {
  saleId: string;
  invariants: InvariantBody[];
}

export interface OperatorUserBody {
  id: string;
  email: string;
  name: string;
  role: Role;
  blocked: boolean;
  version: number;
  createdAt: string;
}

export interface AuditEntryBody {
  id: number;
  at: string;
  /** Absent for a command typed on the machine. */
  actorId?: string;
  actorEmail?: string;
  action: string;
  subject: string;
  reason?: string;
  before?: unknown;
  after?: unknown;
  requestId?: string;
}

/** One thing that happened to an attempt. */
export interface TrailEventBody {
  at: string;
  what: string;
  detail: Record<string, unknown>;
}

export interface TrailBody {
  attemptId: string;
  saleId: string;
  userId: string;
  quantity: number;
  status: 'queued' | 'confirmed' | 'rejected';
  /** In the order of time. */
  events: TrailEventBody[];
}

export interface SearchBody {
  users: OperatorUserBody[];
  attempts: FoundAttemptBody[];
  orders: (FoundAttemptBody & { orderId: string })[];
}

export interface FoundAttemptBody {
  attemptId: string;
  saleId: string;
  userId: string;
  quantity: number;
  status: string;
  at: string;
}
