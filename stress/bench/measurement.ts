import type { InvariantBody } from '../../src/contracts/http.ts';

/** ms. */
export interface Latency {
  p50: number;
  p95: number;
  p99: number;
  p999: number;
  max: number;
}

export type ContenderName = 'bare' | 'express' | 'express-one' | 'insert' | 'naive' | 'stampede';

export type WorkName =
  | 'everybody-wins'
  | 'drain'
  | 'sold-out'
  | 'status-reads'
  | 'whole-drop'
  | 'sockets'
  | 'overload'
  | 'post'
  | 'get'
  | 'insert';

/** One contender at one work in one round. Rates are per second. */
export interface Measurement {
  contender: ContenderName;
  work: WorkName;
  round: number;
  /** The rates and times the bars are made of. */
  figures: Partial<Record<FigureName, number>>;
  /** What came back, by answer. */
  counts: Record<string, number>;
  /** Of every answer, as the generator saw it. */
  latencyMs?: Latency;
  /** From the gate's promise to the transaction. */
  settleMs?: Latency;
  /** From the transaction to the socket. */
  outcomeMs?: Latency;
  /** Processor time, s, and memory, MB, by role of process. */
  usage: Record<string, { cpuSec: number; processes: number; maxRssMb: number }>;
  generatorBusy: number | null;
  /** Beside the work, several a second. */
  samples: Sample[];
  invariants: InvariantBody[];
}

export type FigureName =
  | 'acceptedPerSec'
  | 'refusedPerSec'
  | 'readsPerSec'
  | 'postsPerSec'
  | 'answeredPerSec'
  | 'insertedPerSec'
  | 'settledPerSec'
  | 'drainedPerSec'
  /** From the first promise to the last committed order, s. */
  | 'soldAfterSec'
  /** Processor time of the Node processes a request, µs. */
  | 'nodeCpuUs'
  /** The same of Redis and PostgreSQL. */
  | 'storeCpuUs'
  /** What the drop left in Redis, per shopper seen. */
  | 'redisBytesPerShopper'
  /** Settled beside an overload, as a share of what is settled without one. */
  | 'goodputShare'
  | 'refusedP99Ms'
  /** How late the open loop itself was with what was due; part of the latencies. */
  | 'generatorLateP99Ms'
  /** Timed out, or their connection broke. */
  | 'notAnswered'
  | 'outcomeSeenP99Ms'
  | 'soldOutSeenP99Ms'
  /** Until the last of all sockets that left at once had the right state again. */
  | 'backAfterSec'
  /** All of Redis' commands in that time, by clients. */
  | 'redisCommandsPerClient'
  /** Of the largest API process after the drop. */
  | 'apiRssMb'
  /** Admitted and not settled when the generator stopped. */
  | 'backlog';

export interface Sample {
  /** Since the work began, ms. */
  t: number;
  sold: number;
  /** Promised and not sold. */
  queued: number;
}
