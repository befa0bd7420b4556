import type { ContenderName, FigureName, Latency, Measurement, WorkName } from './measurement.ts';
import { spreadOf, type Spread } from './statistics.ts';

/** All rounds of one contender at one work. */
export interface Summary {
  contender: ContenderName;
  work: WorkName;
  figures: Partial<Record<FigureName, Spread>>;
  latencies: Partial<Record<LatencyName, Latency>>;
  /** Of each watched process of a role, the same one in every round. */
  loopDelaysMs: Record<string, Latency[]>;
  generatorBusy: number | undefined;
  maxRssMb: Record<string, number>;
}

export const LATENCY_NAMES = [
  'latencyMs',
  'acceptedMs',
  'refusedMs',
  'settleMs',
  'outcomeMs',
  'seenMs',
] as const satisfies (keyof Measurement)[];
export type LatencyName = (typeof LATENCY_NAMES)[number];

/** From this share on the generator's own thread is what limits a rate. */
export const GENERATOR_LIMITS_FROM = 0.9;

/**
 * What the generator itself could send a second, by how busy it was where it was busiest; null when that is not known.
 * A little less than this in truth: the last percents are the dearest.
 */
export function generatorCeiling(summaries: readonly Summary[]): number | null {
  const rates = summaries.flatMap(({ figures, generatorBusy }) => {
    const { postsPerSec, readsPerSec } = figures;
    const rate = (postsPerSec ?? readsPerSec)?.median;
    return rate !== undefined && generatorBusy ? [{ rate, generatorBusy }] : [];
  });
  const [busiest] = rates.sort((a, b) => b.generatorBusy - a.generatorBusy);
  return busiest ? busiest.rate / busiest.generatorBusy : null;
}

export function summarise(measurements: readonly Measurement[]): Summary[] {
  const groups = new Map<string, Measurement[]>();
  for (const one of measurements) {
    const id = `${one.work} ${one.contender}`;
    groups.set(id, [...(groups.get(id) ?? []), one]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first ? [summariseGroup(first, group)] : [];
  });
}

function summariseGroup({ contender, work }: Measurement, group: readonly Measurement[]): Summary {
  const names = new Set(group.flatMap(({ figures }) => Object.keys(figures) as FigureName[]));
  const figures: Summary['figures'] = {};
  for (const name of names) {
    const spread = spreadOf(group.flatMap((one) => one.figures[name] ?? []));
    if (spread) figures[name] = spread;
  }
  const maxRssMb: Summary['maxRssMb'] = {};
  for (const { usage } of group) {
    for (const [role, used] of Object.entries(usage)) {
      maxRssMb[role] = Math.max(maxRssMb[role] ?? 0, used.maxRssMb);
    }
  }
  return {
    ...{ contender, work, figures, maxRssMb },
    latencies: Object.fromEntries(
      LATENCY_NAMES.flatMap((name) => {
        const latency = medianLatency(group.flatMap((one) => one[name] ?? []));
        return latency ? [[name, latency]] : [];
      }),
    ),
    loopDelaysMs: summariseLoops(group),
    generatorBusy: spreadOf(group.flatMap(({ generatorBusy }) => generatorBusy ?? []))?.median,
  };
}

function summariseLoops(group: readonly Measurement[]): Summary['loopDelaysMs'] {
  const roles = new Set(group.flatMap(({ usage }) => Object.keys(usage)));
  const summary: Summary['loopDelaysMs'] = {};
  for (const role of roles) {
    const rounds = group.flatMap(({ usage }) => [usage[role]?.loopDelaysMs ?? []]);
    const processes = Math.max(...rounds.map(({ length }) => length));
    const delays = Array.from({ length: processes }, (_, index) =>
      medianLatency(rounds.flatMap((round) => round[index] ?? [])),
    ).filter((delay) => delay !== undefined);
    if (delays.length > 0) summary[role] = delays;
  }
  return summary;
}

/** The median over the rounds of each percentile. */
function medianLatency(rounds: readonly Latency[]): Latency | undefined {
  if (rounds.length === 0) return undefined;
  const median = (read: (latency: Latency) => number): number => spreadOf(rounds.map(read))?.median ?? 0;
  return {
    p50: median(({ p50 }) => p50),
    p95: median(({ p95 }) => p95),
    p99: median(({ p99 }) => p99),
    p999: median(({ p999 }) => p999),
    max: median(({ max }) => max),
  };
}
