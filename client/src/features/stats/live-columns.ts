import type { InstanceSampleBody, SaleSampleBody } from '../../../../src/contracts/live-http.ts';

/** A line of a chart: one value for each second, nothing where nothing is known. */
export type Column = (number | null)[];

/** What an attempt came to, in the groups that a chart can show apart. */
export const OUTCOME_GROUPS = ['confirmed', 'sold_out', 'limit_reached', 'turned_away', 'other'] as const;
export type OutcomeGroup = (typeof OUTCOME_GROUPS)[number];

const GROUP_OF: Readonly<Record<string, OutcomeGroup>> = {
  confirmed: 'confirmed',
  sold_out: 'sold_out',
  not_enough_left: 'sold_out',
  limit_reached: 'limit_reached',
  rate_limited: 'turned_away',
  overloaded: 'turned_away',
  gate_closed: 'turned_away',
};

export interface LiveColumns {
  /** Epoch seconds, one after the other. */
  at: number[];
  total: Column;
  sold: Column;
  /** Sold and promised. */
  taken: Column;
  outcomes: Record<OutcomeGroup, Column>;
  /** p95 of each, ms. */
  latency: Record<'accept' | 'settle' | 'outcome', Column>;
  jobs: Column;
  oldestMs: Column;
  cpu: Column;
  loopLateMs: Column;
}

export interface SamplesBySecond {
  sale: ReadonlyMap<number, SaleSampleBody>;
  instance: ReadonlyMap<number, InstanceSampleBody>;
}

/**
 * Lays samples out by second. A second that was recorded and in which nothing happened counts nothing; one that was not
 * recorded is left empty; what is left and sold stays as it was last known.
 *
 * @param fromSec, toSec  epoch seconds, both shown
 */
export function layOut({ sale, instance }: SamplesBySecond, fromSec: number, toSec: number): LiveColumns {
  const columns = emptyColumns();
  let last = lastBefore(sale, fromSec);
  const spread = spreadOver(sale);
  for (let at = fromSec; at <= toSec; at += 1) {
    const sample = sale.get(at);
    last = sample ?? last;
    const recorded = instance.get(at);
    const counted = spread.get(at);
    const isKnown = recorded !== undefined || counted !== undefined;
    columns.at.push(at);
    columns.total.push(last?.total ?? null);
    columns.sold.push(last?.sold ?? null);
    columns.taken.push(last ? Math.max(last.sold, last.total - last.remaining) : null);
    for (const group of OUTCOME_GROUPS)
      columns.outcomes[group].push(isKnown ? (counted?.[group] ?? 0) : null);
    for (const kind of ['accept', 'settle', 'outcome'] as const)
      columns.latency[kind].push(sample?.latencyMs[kind]?.[1] ?? null);
    for (const level of ['jobs', 'oldestMs', 'cpu', 'loopLateMs'] as const)
      columns[level].push(recorded?.[level] ?? null);
  }
  return columns;
}

/** By second: how many of each group, evenly over the seconds that a sample tells of. */
function spreadOver(
  samples: ReadonlyMap<number, SaleSampleBody>,
): Map<number, Partial<Record<OutcomeGroup, number>>> {
  const bySecond = new Map<number, Partial<Record<OutcomeGroup, number>>>();
  for (const { at, spanSec, counts } of samples.values()) {
    const groups: Partial<Record<OutcomeGroup, number>> = {};
    for (const [name, count] of Object.entries(counts)) {
      if (name === 'received') continue; // each of them is told of by what came of it
      const group = GROUP_OF[name] ?? 'other';
      groups[group] = (groups[group] ?? 0) + count / spanSec;
    }
    for (let second = at - spanSec + 1; second <= at; second += 1) bySecond.set(second, groups);
  }
  return bySecond;
}

function lastBefore(
  samples: ReadonlyMap<number, SaleSampleBody>,
  fromSec: number,
): SaleSampleBody | undefined {
  let last: SaleSampleBody | undefined;
  for (const sample of samples.values())
    if (sample.at < fromSec && (!last || sample.at > last.at)) last = sample;
  return last;
}

function emptyColumns(): LiveColumns {
  return {
    at: [],
    ...{ total: [], sold: [], taken: [], jobs: [], oldestMs: [], cpu: [], loopLateMs: [] },
    outcomes: { confirmed: [], sold_out: [], limit_reached: [], turned_away: [], other: [] },
    latency: { accept: [], settle: [], outcome: [] },
  };
}
