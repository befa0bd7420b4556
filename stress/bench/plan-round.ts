/** What of a round is measured. */
export type RoundPlan = 'everything' | 'without the baseline' | 'nothing';

/** How long the works of a round took when they were measured last, ms. What is measured once a run counts to neither. */
export interface RoundCost {
  baselineMs: number;
  othersMs: number;
}

/**
 * Plans a round, so that as many of them as were asked for end in time. The baseline is the slowest contender and the
 * furthest from its bars: it is left out as soon as it would cost a later round. The first round, of which nothing is
 * known yet (`cost` null), is measured whole.
 *
 * @param roundsLeft this one included
 * @param leftMs until the last of them has to be over
 */
export function planRound(roundsLeft: number, leftMs: number, cost: RoundCost | null): RoundPlan {
  if (!cost) return 'everything';
  const { baselineMs, othersMs } = cost;
  if (baselineMs + roundsLeft * othersMs <= leftMs) return 'everything';
  return othersMs <= leftMs ? 'without the baseline' : 'nothing';
}
