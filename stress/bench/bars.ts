import type { ContenderName, FigureName, Measurement, WorkName } from './measurement.ts';
import { spreadOf, type Spread } from './statistics.ts';

/** A ratio (or a figure) that is to be reached: the median over the rounds of what each round measured itself. */
export interface Bar {
  id: string;
  what: string;
  /** What follows its figure: `× naive`, `MB`. */
  unit: string;
  sense: 'at least' | 'at most';
  limit: number;
  /** One figure of a round over another one, or as it is. */
  of: Figure;
  over: Figure | null;
}

type Figure = [ContenderName, WorkName, FigureName];

export interface JudgedBar extends Bar {
  /** Null when it was not measured in this run. */
  ratio: Spread | null;
  verdict: 'met' | 'not met' | 'not measured';
}

const accepted: Figure = ['stampede', 'everybody-wins', 'acceptedPerSec'];
const refused: Figure = ['stampede', 'sold-out', 'refusedPerSec'];
const drained: Figure = ['stampede', 'drain', 'drainedPerSec'];

export const BARS: readonly Bar[] = [
  {
    ...{ id: 'accepted-one', what: 'accepted/s, everybody wins, settling beside', of: accepted },
    ...{ unit: '× the empty Express route, 1 process', over: ['express-one', 'post', 'postsPerSec'] },
    ...{ sense: 'at least', limit: 1 },
  },
  {
    ...{ id: 'accepted', what: 'accepted/s, everybody wins, settling beside', of: accepted },
    ...{ unit: '× the empty Express route, as many processes', over: ['express', 'post', 'postsPerSec'] },
    ...{ sense: 'at least', limit: 0.8 },
  },
  {
    ...{ id: 'settled', what: 'orders settled/s beside the load, durable' },
    ...{ of: ['stampede', 'everybody-wins', 'settledPerSec'] },
    ...{ unit: '× naive', over: ['naive', 'everybody-wins', 'settledPerSec'] },
    ...{ sense: 'at least', limit: 8 },
  },
  {
    ...{ id: 'drain-insert', what: 'drain of a backlog, orders/s', of: drained },
    ...{ unit: '× the plain multi-row insert', over: ['insert', 'insert', 'insertedPerSec'] },
    ...{ sense: 'at least', limit: 0.5 },
  },
  {
    ...{ id: 'drain-naive', what: 'drain of a backlog, orders/s', of: drained },
    ...{ unit: '× naive', over: ['naive', 'drain', 'drainedPerSec'] },
    ...{ sense: 'at least', limit: 15 },
  },
  {
    ...{ id: 'refused-bare', what: 'refused/s, sold out', of: refused },
    ...{ unit: '× bare node:http, as many processes', over: ['bare', 'post', 'postsPerSec'] },
    ...{ sense: 'at least', limit: 0.5 },
  },
  {
    ...{ id: 'refused-express', what: 'refused/s, sold out', of: refused },
    ...{ unit: '× the empty Express route, as many processes', over: ['express', 'post', 'postsPerSec'] },
    ...{ sense: 'at least', limit: 2 },
  },
  {
    ...{ id: 'reads', what: 'status reads/s', of: ['stampede', 'status-reads', 'readsPerSec'] },
    ...{ unit: '× bare node:http, as many processes', over: ['bare', 'get', 'readsPerSec'] },
    ...{ sense: 'at least', limit: 0.6 },
  },
  {
    ...{ id: 'cpu', what: 'Node CPU an accepted attempt, API and worker' },
    ...{ of: ['stampede', 'everybody-wins', 'nodeCpuUs'] },
    ...{ unit: '× an empty Express request', over: ['express', 'post', 'nodeCpuUs'] },
    ...{ sense: 'at most', limit: 1.5 },
  },
  {
    ...{ id: 'drop', what: 'the whole drop, times faster' },
    ...{ of: ['naive', 'whole-drop', 'soldAfterSec'] },
    ...{ unit: '× naive', over: ['stampede', 'whole-drop', 'soldAfterSec'] },
    ...{ sense: 'at least', limit: 8 },
  },
  {
    ...{ id: 'goodput', what: 'overload tenfold: settled/s, of what may be settled' },
    ...{ of: ['stampede', 'overload', 'goodputShare'], over: null },
    ...{ unit: 'of it', sense: 'at least', limit: 0.8 },
  },
  {
    ...{ id: 'overload-refused', what: 'overload tenfold: refusals, p99 from when they were due' },
    ...{ of: ['stampede', 'overload', 'refusedP99Ms'], over: null },
    ...{ unit: 'ms', sense: 'at most', limit: 100 },
  },
  {
    ...{ id: 'overload-errors', what: 'overload tenfold: time-outs and broken connections' },
    ...{ of: ['stampede', 'overload', 'notAnswered'], over: null },
    ...{ unit: 'requests', sense: 'at most', limit: 0 },
  },
  {
    ...{ id: 'outcome-seen', what: 'transaction to outcome on the socket, p99' },
    ...{ of: ['stampede', 'sockets', 'outcomeSeenP99Ms'], over: null },
    ...{ unit: 'ms', sense: 'at most', limit: 500 },
  },
  {
    ...{ id: 'sold-out-seen', what: 'last promise to the tick that says sold out, p99' },
    ...{ of: ['stampede', 'sockets', 'soldOutSeenP99Ms'], over: null },
    ...{ unit: 'ms', sense: 'at most', limit: 500 },
  },
  {
    ...{ id: 'back', what: 'all sockets gone at once: back with the right state' },
    ...{ of: ['stampede', 'sockets', 'backAfterSec'], over: null },
    ...{ unit: 's', sense: 'at most', limit: 5 },
  },
  {
    // Everything else that asks Redis in these seconds counts too: half a command a client is far from one each.
    ...{ id: 'back-redis', what: 'Redis commands a client that comes back' },
    ...{ of: ['stampede', 'sockets', 'redisCommandsPerClient'], over: null },
    ...{ unit: 'commands', sense: 'at most', limit: 0.5 },
  },
  {
    ...{
      id: 'api-memory',
      what: 'largest API process after the drop',
      of: ['stampede', 'whole-drop', 'apiRssMb'],
    },
    ...{ unit: 'MB', over: null, sense: 'at most', limit: 200 },
  },
  {
    ...{ id: 'redis-memory', what: 'Redis after the drop, a shopper seen' },
    ...{ of: ['stampede', 'whole-drop', 'redisBytesPerShopper'] },
    ...{ unit: 'bytes', over: null, sense: 'at most', limit: 300 },
  },
  {
    ...{ id: 'growth', what: 'growth: CPU an attempt of all processes, at a million' },
    ...{ of: ['stampede', 'growth-1m', 'allCpuUs'], over: ['stampede', 'growth-10k', 'allCpuUs'] },
    ...{ unit: '× of it at 10,000', sense: 'at most', limit: 1.3 },
  },
  {
    ...{ id: 'growth-api-memory', what: 'growth: largest API process at a million shoppers' },
    ...{ of: ['stampede', 'growth-1m', 'apiRssMb'], over: null },
    ...{ unit: 'MB', sense: 'at most', limit: 200 },
  },
  {
    // What does not expire breaks promise I12, and the run with it.
    ...{ id: 'growth-redis-memory', what: 'growth: Redis a shopper seen, a million with an order each' },
    ...{ of: ['stampede', 'growth-1m', 'redisBytesPerShopper'], over: null },
    ...{ unit: 'bytes', sense: 'at most', limit: 300 },
  },
  {
    ...{ id: 'growth-inflight', what: 'growth: left in flight after a million' },
    ...{ of: ['stampede', 'growth-1m', 'leftInflight'], over: null },
    ...{ unit: 'attempts', sense: 'at most', limit: 0 },
  },
];

/** Judges every bar by the rounds in which both of its figures were measured. */
export function judgeBars(measurements: readonly Measurement[]): JudgedBar[] {
  const rounds = [...new Set(measurements.map(({ round }) => round))];
  const read = ([contender, work, figure]: Figure, round: number): number | undefined =>
    measurements.find((one) => one.contender === contender && one.work === work && one.round === round)
      ?.figures[figure];
  return BARS.map((bar) => {
    const ratios = rounds.flatMap((round) => {
      const [of, over] = [read(bar.of, round), bar.over ? read(bar.over, round) : 1];
      return of === undefined || over === undefined || over === 0 ? [] : [of / over];
    });
    const ratio = spreadOf(ratios);
    if (!ratio) return { ...bar, ratio, verdict: 'not measured' };
    const isMet = bar.sense === 'at least' ? ratio.median >= bar.limit : ratio.median <= bar.limit;
    return { ...bar, ratio, verdict: isMet ? 'met' : 'not met' };
  });
}
