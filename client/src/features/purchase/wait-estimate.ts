/** The place in line at a moment of the server's clock. */
export interface PlaceSample {
  position: number;
  atMs: number;
}

/** As many as cover half a minute of reading the status every three seconds. */
const KEPT_SAMPLES = 10;
/** A line does not move evenly: what is told is from this share of the plain guess … */
const SHORTEST = 0.6;
/** … to this one. */
const LONGEST = 1.7;

/** The samples with a new one; one without a place says nothing. */
export function withSample(
  samples: readonly PlaceSample[],
  position: number | undefined,
  atMs: number,
): PlaceSample[] {
  if (position === undefined) return [...samples];
  return [...samples, { position, atMs }].slice(-KEPT_SAMPLES);
}

/**
 * How long the wait may still be, in seconds, from how fast the line moved so far.
 *
 * @returns nothing while the line was not seen to move: a guess would not be honest
 */
export function estimateWait(
  samples: readonly PlaceSample[],
): { fromSec: number; toSec: number } | undefined {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last) return undefined;
  const moved = first.position - last.position;
  const tookMs = last.atMs - first.atMs;
  if (moved <= 0 || tookMs <= 0) return undefined;
  const guessSec = (last.position * tookMs) / moved / 1_000;
  return { fromSec: Math.floor(guessSec * SHORTEST), toSec: Math.max(1, Math.ceil(guessSec * LONGEST)) };
}
