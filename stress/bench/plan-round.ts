/** What of a round is measured. */
export type RoundPlan = 'everything' | 'without the baseline' | 'nothing';

/** How long the works of a round took when they were measured last, ms; growth, once a run, counts to neither. */
export interface RoundCost {
  baselineMs: number;
  othersMs: number;
}

/** So many rounds a run has to have; further ones are as good as time allows. */
const SECURED_ROUNDS = 5;

/**
 * Plans the next round. The baseline is the slowest contender by far: it is left out of a round as soon as it would cost
 * one of the first five. The first round, of which nothing is known yet (`cost` null), is measured whole.
 *
 * @param done    rounds that were measured before
 * @param wanted  rounds of the run
 * @param leftMs  until the last of them has to be over
 */
export function planRound({
  done,
  wanted,
  leftMs,
  cost,
}: {
  done: number;
  wanted: number;
  leftMs: number;
  cost: RoundCost | null;
}): RoundPlan {
  if (!cost) return 'everything';
  const { baselineMs, othersMs } = cost;
  const ahead = Math.max(1, Math.min(wanted, SECURED_ROUNDS) - done);
  if (baselineMs + ahead * othersMs <= leftMs) return 'everything';
  return othersMs <= leftMs ? 'without the baseline' : 'nothing';
}
