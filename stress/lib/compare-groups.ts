import { percentiles } from './percentiles.ts';

export interface GroupComparison {
  /** `accept 3 → 12 ms (4.0 ×) p50, …` */
  words: string;
  /** By kind, median over median; absent when one of them was not measured. */
  ratios: Record<string, number>;
}

/** How much longer one group of the crowd took than another: `accept`, then `settle`, p50 and p99. */
export function compareGroups(
  times: Readonly<Record<string, readonly number[]>>,
  from: string,
  to: string,
): GroupComparison {
  const ratios: Record<string, number> = {};
  const words: string[] = [];
  for (const kind of ['accept', 'settle']) {
    const before = percentiles(times[`${kind} ${from}`] ?? []);
    const after = percentiles(times[`${kind} ${to}`] ?? []);
    if (before.count === 0 || after.count === 0) {
      words.push(`${kind} not measured`);
      continue;
    }
    ratios[kind] = ratio(after.p50, before.p50);
    const [p50, p99] = [inWords(before.p50, after.p50), inWords(before.p99, after.p99)];
    words.push(`${kind} p50 ${p50}, p99 ${p99}`);
  }
  return { words: words.join('; '), ratios };
}

const inWords = (before: number, after: number): string =>
  `${before} → ${after} ms (${ratio(after, before).toFixed(1)} ×)`;

/** A transaction takes a millisecond at least; below it a ratio says nothing. */
function ratio(after: number, before: number): number {
  return Math.round((Math.max(1, after) / Math.max(1, before)) * 10) / 10;
}
