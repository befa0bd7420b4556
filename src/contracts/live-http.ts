import type { StatsBody } from './http.ts';
import type { OperatorSaleBody } from './operator-http.ts';

/** Bodies of the operator's live screen, `/api/admin/sales/:id/live` and `/preflight`. */

export type LatencyKind = 'accept' | 'settle' | 'outcome';

/** One second of a sale, or more when nothing happened in between. */
export interface SaleSampleBody {
  /** When that time was over, epoch seconds. */
  at: number;
  /** How long it was, seconds. */
  spanSec: number;
  total: number;
  sold: number;
  remaining: number;
  /** What was counted in that time: `received`, `confirmed`, and what was refused by its code. */
  counts: Record<string, number>;
  /** p50, p95 and p99 of what was measured in that time, ms. */
  latencyMs: Partial<Record<LatencyKind, [p50: number, p95: number, p99: number]>>;
}

/** One second of the whole instance. */
export interface InstanceSampleBody {
  /** Epoch seconds. */
  at: number;
  /** Jobs that wait or run. */
  jobs: number;
  /** Of the job that waits longest, ms. */
  oldestMs: number;
  /** Of all processes together, in cores. */
  cpu: number;
  memoryBytes: number;
  /** The longest any event loop was late, ms. */
  loopLateMs: number;
  /** The round trip of a command and of a query, ms; absent when there was no answer. */
  redisMs?: number;
  postgresMs?: number;
}

/** What an operator did, or what failed or healed by itself. */
export interface LiveEventBody {
  id: string;
  /** Epoch seconds. */
  at: number;
  kind:
    | 'operator'
    | 'process_started'
    | 'process_ended'
    | 'gate_rebuilt'
    | 'units_corrected'
    | 'batches_enqueued_again'
    | 'attempts_adopted'
    | 'attempts_set_aside'
    | 'jobs_set_aside';
  /** Absent: of the whole instance. */
  saleId?: string;
  /** Of an operator's: `sale.pause`. */
  action?: string;
  /** Of an operator's: who, and why. */
  by?: string;
  reason?: string;
  /** How many. */
  count?: number;
  /** Of a process: `api 4711`. */
  process?: string;
}

export interface ProcessBody {
  id: string;
  role: 'api' | 'worker';
  host: string;
  pid: number;
  startedAt: string;
  /** Share of one core, 0 to 1 and above. */
  cpu: number;
  residentBytes: number;
  /** The longest its event loop was late within the last second, ms. */
  loopLateMs: number;
  /** What its machine's clock is ahead of the gate's, ms. No decision depends on it. */
  clockAheadMs: number;
  /** How old that is, ms. */
  ageMs: number;
}

export interface RedisHealthBody {
  latencyMs: number;
  version: string;
  usedBytes: number;
  /** 0: no limit of its own. */
  maxBytes: number;
  /** Of its machine, where it tells. */
  machineBytes?: number;
  /** What it does when it is full; anything but `noeviction` throws attempts away. */
  evictionPolicy: string;
  appendOnly: boolean;
  /** Absent where it does not tell. */
  appendFsync?: string;
  /** Its last write to the disk came through. */
  isWriteOk: boolean;
  commandsPerSec: number;
  clients: number;
}

export interface PostgresHealthBody {
  latencyMs: number;
  version: string;
  connections: number;
  /** Without those kept for superusers. */
  mostConnections: number;
  /** Of `connections`: those of Stampede's processes. */
  ownConnections: number;
  /** How many wait for a lock. */
  waitingForLock: number;
  /** The longest open transaction of ours, ms. */
  longestTransactionMs: number;
  synchronousCommit: string;
  fsync: string;
}

export interface LiveBody {
  saleId: string;
  name: string;
  state: OperatorSaleBody['state'];
  startsAt: string;
  endsAt: string;
  perShopperLimit: number;
  version: number;
  serverTime: string;
  /** What shoppers of the sale are told now. */
  message?: string;
  /** Absent for a draft, and when a store does not answer. */
  stats?: Omit<StatsBody, 'series'>;
  processes?: ProcessBody[];
  redis?: RedisHealthBody;
  postgres?: PostgresHealthBody;
  /** What is new since `since`, oldest first; at most of the last hour. Events may come again: they have ids. */
  saleSamples: SaleSampleBody[];
  instanceSamples: InstanceSampleBody[];
  events: LiveEventBody[];
}

export interface PreflightCheckBody {
  id: string;
  ok: boolean;
  /** What was found. */
  detail: string;
  /** What to do about it, when it is not ok. */
  advice?: string;
}

export interface PreflightBody {
  saleId: string;
  checkedAt: string;
  /** Every check is. */
  ok: boolean;
  checks: PreflightCheckBody[];
}
