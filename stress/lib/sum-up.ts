import type { InvariantBody } from '../../src/contracts/http.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { Machine } from './describe-machine.ts';
import { percentiles, type LatencyFigures } from './percentiles.ts';
import type { SettledAttempt } from './read-settled.ts';
import type { GeneratorLoad, StressResult } from './result.ts';
import { saleOf, type Stage } from './stage.ts';
import type { StoreSample } from './watch-stores.ts';
import { wishTimes } from './wish-times.ts';
import { now, type Wish } from './wish.ts';

export interface Played {
  scenario: Scenario;
  stage: Stage;
  machine: Machine;
  settled: readonly SettledAttempt[];
  samples: readonly StoreSample[];
  generator: GeneratorLoad;
  drained: boolean;
  invariants: InvariantBody[];
}

/** Makes the result of what was played; thresholds are judged later. */
export function sumUp(played: Played): StressResult {
  const { scenario, stage, machine, settled, samples, generator, drained, invariants } = played;
  const { url, settings, sales, tally } = stage;
  const wishes = [...stage.wishes];
  const startedAt = tally.startedAt() ?? now();
  const { attempts, reads, answers } = tally.counts();
  const confirmed = settled.filter(({ outcome }) => outcome === 'confirmed').length;
  return {
    ok: drained && invariants.every(({ ok }) => ok),
    scenario: scenario.name,
    words: scenario.words,
    at: new Date(startedAt).toISOString(),
    ...{ url, machine, settings },
    stock: settings.stock,
    shoppers: stage.shoppers.length,
    saleId: saleOf(stage).saleId,
    saleIds: sales.map(({ saleId }) => saleId),
    seconds: Math.round(tally.elapsedMs()) / 1000,
    requests: attempts + reads,
    cutAnswers: attempts + reads - answers,
    retries: attempts - wishes.length,
    accepted: wishes.filter(({ accepted }) => accepted).length,
    refused: countRefusals(wishes),
    unanswered: wishes.filter(({ accepted, refusedWith }) => !accepted && refusedWith === undefined).length,
    confirmed,
    rejected: settled.length - confirmed,
    answersPerSec: Math.round((answers / tally.elapsedMs()) * 1000),
    settledPerSec: settledPerSec(settled),
    latencyMs: latencies(stage, wishes, settled),
    figures: tally.figures(),
    ...{ generator, drained, invariants },
    thresholds: [],
    timeline: tally.timeline(),
    samples: samples.map(({ t, ...sample }) => ({ ...sample, t: Math.round(t - startedAt) })),
  };
}

function countRefusals(wishes: readonly Wish[]): Record<string, number> {
  const refused: Record<string, number> = {};
  for (const { accepted, refusedWith } of wishes) {
    if (!accepted && refusedWith !== undefined) refused[refusedWith] = (refused[refusedWith] ?? 0) + 1;
  }
  return refused;
}

/** From the first promise to the last transaction. */
function settledPerSec(settled: readonly SettledAttempt[]): number {
  let [first, last] = [Infinity, -Infinity];
  for (const one of settled) [first, last] = [Math.min(first, one.admitted), Math.max(last, one.settled)];
  return settled.length === 0 ? 0 : Math.round((settled.length / Math.max(1, last - first)) * 1000);
}

/** Accept and settle of each group of the crowd, then what was timed beside them. */
function latencies(
  { tally }: Stage,
  wishes: readonly Wish[],
  settled: readonly SettledAttempt[],
): Record<string, LatencyFigures> {
  const { outcome = [], ...others } = tally.times();
  // A group's times stand beside the crowd's: accept, accept quiet, settle, settle quiet.
  const ofWishes = Object.entries(wishTimes(wishes, settled)).sort(([a], [b]) => a.localeCompare(b));
  return Object.fromEntries(
    [...ofWishes, ['outcome', outcome] as const, ...Object.entries(others)].map(([name, values]) => [
      name,
      percentiles(values),
    ]),
  );
}
