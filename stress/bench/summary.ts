import type { ContenderName, FigureName, Latency, Measurement, WorkName } from './measurement.ts';
import { spreadOf, type Spread } from './statistics.ts';

/** All rounds of one contender at one work. */
export interface Summary {
  contender: ContenderName;
  work: WorkName;
  figures: Partial<Record<FigureName, Spread>>;
  latencyMs: Latency | undefined;
  settleMs: Latency | undefined;
  outcomeMs: Latency | undefined;
  generatorBusy: number | undefined;
  maxRssMb: Record<string, number>;
}

/** From this share on the generator's own thread is what limits a rate. */
export const GENERATOR_LIMITS_FROM = 0.9;

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
    latencyMs: medianLatency(group.flatMap(({ latencyMs }) => latencyMs ?? [])),
    outcomeMs: medianLatency(group.flatMap(({ outcomeMs }) => outcomeMs ?? [])),
    settleMs: medianLatency(group.flatMap(({ settleMs }) => settleMs ?? [])),
    generatorBusy: spreadOf(group.flatMap(({ generatorBusy }) => generatorBusy ?? []))?.median,
  };
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
