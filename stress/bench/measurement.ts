import type { InvariantBody } from '../../src/contracts/http.ts';
import type { RoleUsage } from './process-usage.ts';

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
  | 'committed'
  | SeenWorkName
  | GrowthWorkName
  | 'post'
  | 'get'
  | 'insert';

/** In an open loop, with sockets. */
export type SeenWorkName = 'seen-wins' | 'seen-drop';

/** By attempts at one sale. */
export type GrowthWorkName = 'growth-1k' | 'growth-10k' | 'growth-100k' | 'growth-1m';

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
  /** Of the answers 202 alone, and of all others; where the generator can tell them apart. */
  acceptedMs?: Latency;
  refusedMs?: Latency;
  /** From the gate's promise to the transaction. */
  settleMs?: Latency;
  /** From the transaction to the socket. */
  outcomeMs?: Latency;
  /** From the gate's promise to the socket. */
  seenMs?: Latency;
  /** Processor time, memory and event-loop delay by role of process. */
  usage: RoleUsage;
  generatorBusy: number | null;
  /** Beside the work, several a second. */
  samples: Sample[];
  invariants: InvariantBody[];
  /** Of growth: one load of at most 100,000 after the other, and what Redis keeps of the sale by kind of key. */
  growth?: { stages: GrowthStage[]; redisBytes: Record<string, number> };
}

export interface GrowthStage {
  /** Attempts at the sale when it was over. */
  attempts: number;
  settledPerSec: number;
  settleMs: Latency;
  usage: RoleUsage;
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
  /** Processor time an attempt of every process, PostgreSQL and Redis too, µs. */
  | 'allCpuUs'
  /** What the sale left in Redis, per shopper seen. */
  | 'redisBytesPerShopper'
  /** Of it, what is kept of each attempt. */
  | 'redisBytesPerAttempt'
  /** Attempts at the sale. */
  | 'attempts'
  /** From the first promise to the last transaction, s. */
  | 'tookSec'
  /** Still in flight after the drain. */
  | 'leftInflight'
  /** The most an API process ever had, in the middle of a work too. */
  | 'apiPeakRssMb'
  | 'workerRssMb'
  | 'redisRssMb'
  /** Settled beside an overload, as a share of what may be settled. */
  | 'goodputShare'
  | 'refusedP99Ms'
  | 'refusedFirstP99Ms'
  | 'refusedLaterP99Ms'
  /** How late the open loop itself was with what was due; part of the latencies. */
  | 'generatorLateP99Ms'
  /** Timed out, or their connection broke. */
  | 'notAnswered'
  /** Outcomes that reached their sockets. */
  | 'seenPerSec'
  | 'outcomeSeenP99Ms'
  | 'soldOutSeenP99Ms'
  /** Until the last of all sockets that left at once had the right state again. */
  | 'backAfterSec'
  /** All of Redis' commands in that time, by clients. */
  | 'redisCommandsPerClient'
  /** Of the largest API process after the work. */
  | 'apiRssMb'
  /** Admitted and not settled when the generator stopped. */
  | 'backlog'
  /** Of all cores' time during the work, what the host gave to others. */
  | 'stolenShare';

export interface Sample {
  /** Since the work began, ms. */
  t: number;
  sold: number;
  /** Promised and not sold. */
  queued: number;
}
