import type { StatsBody } from '../../../../src/contracts/http.ts';

export const SERIES_SECONDS = 300;

export type SeriesName = 'received' | 'admitted' | 'confirmed' | 'rejected';

/** One figure for each of the last 300 seconds, oldest first; seconds that are not in the series count nothing. */
export function fillSeconds(series: StatsBody['series'], name: SeriesName, nowSec: number): number[] {
  const bySecond = new Map(series.map((entry) => [entry.at, entry[name]]));
  return Array.from(
    { length: SERIES_SECONDS },
    (_, index) => bySecond.get(nowSec - SERIES_SECONDS + 1 + index) ?? 0,
  );
}

/** The next round figure, in steps coarse enough that the scale does not jump with each second. */
export function niceCeiling(highest: number): number {
  if (highest <= 10) return 10;
  const power = 10 ** Math.floor(Math.log10(highest));
  return ([1, 1.5, 2, 3, 4, 6, 8, 10].find((step) => step * power >= highest) ?? 10) * power;
}

/** SVG path of a line over a box of the given size, in its units. */
export function linePath(values: number[], ceiling: number, width: number, height: number): string {
  const step = width / Math.max(1, values.length - 1);
  return values
    .map((value, index) => {
      const x = (index * step).toFixed(1);
      const y = (height - (Math.min(value, ceiling) / ceiling) * height).toFixed(1);
      return `${index === 0 ? 'M' : 'L'}${x} ${y}`;
    })
    .join('');
}
