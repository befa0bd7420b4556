import type { GrowthStage, Measurement } from '../measurement.ts';
import { spreadOf } from '../statistics.ts';
import { cpuPer } from './round.ts';
import type { Stage } from './sell-in-stages.ts';

type Figures = Measurement['figures'];

/**
 * What a sale that was sold in stages cost. Processor time is that of the last stage, when the sale is as large as it
 * gets; times are those of the stages without what lies between them; memory is the largest seen.
 */
export function growthFigures(stages: readonly Stage[]): Figures {
  const attempts = sum(stages, (stage) => stage.attempts);
  const settledSec = sum(stages, ({ settled }) => settled.seconds);
  const last = stages.at(-1);
  if (!last) return {};
  const rssMb = (role: string): number => Math.max(...stages.map(({ usage }) => usage[role]?.maxRssMb ?? 0));
  return {
    attempts,
    tookSec: settledSec,
    acceptedPerSec:
      sum(stages, ({ result }) => result.accepted) / sum(stages, ({ result }) => result.seconds),
    settledPerSec: sum(stages, ({ settled }) => settled.confirmed) / settledSec,
    ...cpuPer(last.attempts, last.usage),
    allCpuUs: allCpuUs(last),
    apiRssMb: rssMb('api'),
    ...(last.usage.api?.peakRssMb === undefined ? {} : { apiPeakRssMb: last.usage.api.peakRssMb }),
    workerRssMb: rssMb('worker'),
    redisRssMb: rssMb('redis'),
  };
}

/** What a report tells of each stage. */
export function growthStages(stages: readonly Stage[]): GrowthStage[] {
  let attempts = 0;
  return stages.map(({ attempts: own, settled, usage }) => ({
    attempts: (attempts += own),
    settledPerSec: settled.confirmed / settled.seconds,
    settleMs: settled.settleMs,
    usage,
  }));
}

/** Processor time an attempt cost in all processes, µs: API, worker, Redis and PostgreSQL. */
function allCpuUs({ attempts, usage }: Stage): number {
  return (sum(Object.values(usage), ({ cpuSec }) => cpuSec) / attempts) * 1e6;
}

/** The median of each figure. */
export function mediansOf(found: readonly Figures[]): Figures {
  const names = Object.keys(found[0] ?? {}) as (keyof Figures)[];
  return Object.fromEntries(
    names.map((name) => [name, spreadOf(found.flatMap((figures) => figures[name] ?? []))?.median ?? 0]),
  );
}

export function sum<Item>(items: readonly Item[], read: (item: Item) => number): number {
  return items.reduce((total, item) => total + read(item), 0);
}
