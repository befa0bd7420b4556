import type { ContenderName, FigureName, WorkName } from './measurement.ts';
import type { Spread } from './statistics.ts';

export const CONTENDER_WORDS: Record<ContenderName, string> = {
  stampede: 'Stampede',
  naive: 'naive baseline',
  bare: 'bare node:http',
  express: 'empty Express route',
  'express-one': 'empty Express route, 1 process',
  insert: 'plain multi-row insert',
};

export const WORK_WORDS: Record<WorkName, string> = {
  'everybody-wins': 'everybody wins, settling beside',
  drain: 'drain of a backlog',
  'sold-out': 'sold out',
  'status-reads': 'status reads',
  'whole-drop': 'the whole drop',
  sockets: 'sockets',
  overload: 'overload, open loop',
  committed: 'everybody wins, answered when committed',
  'seen-wins': 'everybody wins, open loop and sockets',
  'seen-drop': 'the drop, open loop and sockets',
  'growth-1k': 'growth, 1,000 attempts',
  'growth-10k': 'growth, 10,000 attempts',
  'growth-100k': 'growth, 100,000 attempts',
  'growth-1m': 'growth, 1,000,000 attempts',
  post: 'ceiling: POST',
  get: 'ceiling: GET',
  insert: 'ceiling: insert',
};

export const FIGURE_WORDS: Record<FigureName, string> = {
  acceptedPerSec: 'accepted/s',
  refusedPerSec: 'refused/s',
  readsPerSec: 'reads/s',
  postsPerSec: 'answered/s',
  answeredPerSec: 'answered/s',
  insertedPerSec: 'orders/s',
  settledPerSec: 'settled/s',
  drainedPerSec: 'drained/s',
  soldAfterSec: 'sold after, s',
  nodeCpuUs: 'Node CPU, µs each',
  storeCpuUs: 'stores CPU, µs each',
  allCpuUs: 'CPU of all, µs each',
  redisBytesPerShopper: 'Redis, bytes a shopper',
  redisBytesPerAttempt: 'Redis, bytes an attempt',
  attempts: 'attempts',
  tookSec: 'took, s',
  leftInflight: 'left in flight',
  apiPeakRssMb: 'API process at most, MB',
  workerRssMb: 'worker, MB',
  redisRssMb: 'Redis, MB',
  goodputShare: 'share of the cap',
  refusedP99Ms: 'refused, p99 ms',
  refusedFirstP99Ms: 'refused in the first overload of its life, p99 ms',
  refusedLaterP99Ms: 'refused after the first 2 s, p99 ms',
  generatorLateP99Ms: 'generator late, p99 ms',
  notAnswered: 'not answered',
  seenPerSec: 'seen/s',
  outcomeSeenP99Ms: 'outcome seen, p99 ms',
  soldOutSeenP99Ms: 'sold out seen, p99 ms',
  backAfterSec: 'all back after, s',
  redisCommandsPerClient: 'Redis commands each',
  apiRssMb: 'API process, MB',
  backlog: 'backlog',
  stolenShare: 'stolen by the host, share',
};

/** Three digits that matter, thousands apart. */
export function inWords(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

/** Smallest and largest, and of how many rounds where the run had more. */
export function rangeInWords({ min, max, count }: Spread, rounds: number): string {
  return `(${inWords(min)} – ${inWords(max)}${count < rounds ? `, ${count} of ${rounds} rounds` : ''})`;
}
