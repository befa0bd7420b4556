import type { StressResult, ThresholdVerdict } from './result.ts';

interface Threshold {
  kind: 'at most' | 'at least';
  unit: string;
  /** Undefined when the run did not measure it. */
  measure(result: StressResult): number | undefined;
}

const p99Of =
  (name: string) =>
  ({ latencyMs }: StressResult): number | undefined =>
    latencyMs[name]?.count ? latencyMs[name].p99 : undefined;

const atMostMs = (name: string): Threshold => ({ kind: 'at most', unit: 'MS', measure: p99Of(name) });

/** What a run can be asked to reach, by option. */
export const THRESHOLDS: Record<string, Threshold> = {
  'max-accept-p99': atMostMs('accept'),
  'max-settle-p99': atMostMs('settle'),
  'max-outcome-p99': atMostMs('outcome'),
  'max-refuse-p99': atMostMs('refuse'),
  'max-browse-p99': atMostMs('browse'),
  'max-quiet-p99': atMostMs('accept quiet'),
  'max-api-mb': { kind: 'at most', unit: 'MB', measure: ({ figures }) => figures['api memory, MB'] },
  'min-answers-per-sec': { kind: 'at least', unit: 'N', measure: ({ answersPerSec }) => answersPerSec },
  'min-settled-per-sec': { kind: 'at least', unit: 'N', measure: ({ settledPerSec }) => settledPerSec },
};

/** Judges a result by the limits that were asked for; what was not measured is a miss. */
export function checkThresholds(
  result: StressResult,
  limits: Readonly<Record<string, number>>,
): ThresholdVerdict[] {
  return Object.entries(limits).flatMap(([option, limit]) => {
    const threshold = THRESHOLDS[option];
    if (!threshold) return [];
    const measured = threshold.measure(result) ?? null;
    const isMet = measured !== null && (threshold.kind === 'at most' ? measured <= limit : measured >= limit);
    return { option: `--${option}`, limit, measured, ok: isMet };
  });
}
