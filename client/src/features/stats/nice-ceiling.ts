/** The next round figure, in steps coarse enough that the scale does not jump with each second. */
export function niceCeiling(highest: number, least = 10): number {
  if (highest <= least) return least;
  const power = 10 ** Math.floor(Math.log10(highest));
  return ([1, 1.5, 2, 3, 4, 6, 8, 10].find((step) => step * power >= highest) ?? 10) * power;
}
