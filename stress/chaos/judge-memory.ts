import { medianOf } from '../bench/statistics.ts';
import type { RoundVerdict } from './judge-round.ts';

/** Resident memory of one process, as often as it was read. */
export interface MemoryTrace {
  role: string;
  pid: number;
  samples: { atMs: number; rssMb: number }[];
}

/** What is looked at is the least of each: a process that collects its garbage goes up and down in between, ms. */
const WINDOW_MS = 15_000;
/** Code is compiled, pools and memories of bounded size fill: the beginning says nothing about the rest. */
const WARM_UP_SHARE = 0.25;
const WARM_UP_AT_MOST_MS = 120_000;
/** Fewer windows have no trend. */
const FEWEST_WINDOWS = 8;
/** V8's young generation alone may be as large as this or not (--max-semi-space-size), and nothing leaks. */
const FLAT_WITHIN_MB = 16;
const FLAT_WITHIN_SHARE = 0.1;

/**
 * Judges whether the memory of every process is flat: whether its trend after the warm-up adds less than a tenth, or less
 * than 16 MB, to what it had.
 *
 * The trend is Theil's and Sen's (Sen, 1968: the median of the slopes between all pairs of points), of the least memory of
 * each 15 s: up to 29 % of the points may be anything without moving it.
 */
export function judgeMemory(traces: readonly MemoryTrace[]): RoundVerdict {
  const judged = traces.flatMap((trace) => describeTrend(trace) ?? []);
  const growing = judged.filter(({ isFlat }) => !isFlat);
  const told = judged.map(({ text }) => text).join('; ');
  return {
    id: 'memory',
    ok: growing.length === 0,
    detail: told === '' ? 'no process lived long enough to have a trend' : told,
  };
}

function describeTrend({ role, pid, samples }: MemoryTrace): { isFlat: boolean; text: string } | null {
  const [first] = samples;
  const last = samples.at(-1);
  if (!first || !last) return null;
  const warmUpMs = Math.min(WARM_UP_AT_MOST_MS, (last.atMs - first.atMs) * WARM_UP_SHARE);
  const points = leastOfEachWindow(samples.filter(({ atMs }) => atMs - first.atMs >= warmUpMs));
  if (points.length < FEWEST_WINDOWS) return null;
  const usualMb = medianOf(points.map(({ rssMb }) => rssMb));
  const spanMs = (points.at(-1)?.atMs ?? 0) - (points[0]?.atMs ?? 0);
  const addedMb = slopeOf(points) * spanMs;
  const isFlat = addedMb <= Math.max(FLAT_WITHIN_MB, FLAT_WITHIN_SHARE * usualMb);
  const course = isFlat ? '' : ` (${points.map(({ rssMb }) => rssMb).join(' ')})`;
  return {
    isFlat,
    text: `${role} ${pid} ${Math.round(usualMb)} MB, ${addedMb < 0 ? '−' : '+'}${Math.abs(addedMb).toFixed(1)} in ${Math.round(spanMs / 1000)} s${course}`,
  };
}

function leastOfEachWindow(samples: MemoryTrace['samples']): MemoryTrace['samples'] {
  const windows = new Map<number, { atMs: number; rssMb: number }>();
  for (const sample of samples) {
    const window = Math.floor(sample.atMs / WINDOW_MS);
    const least = windows.get(window);
    if (!least || sample.rssMb < least.rssMb) windows.set(window, sample);
  }
  return [...windows.values()];
}

/** MB a millisecond. */
function slopeOf(points: MemoryTrace['samples']): number {
  const slopes: number[] = [];
  for (const [index, one] of points.entries()) {
    for (const other of points.slice(index + 1))
      slopes.push((other.rssMb - one.rssMb) / (other.atMs - one.atMs));
  }
  return medianOf(slopes);
}
