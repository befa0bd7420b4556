import type { LatencyFigures } from './percentiles.ts';
import type { StressResult } from './result.ts';

export interface Ratio {
  name: string;
  before: number;
  now: number;
  /** Now ÷ before; null when there is nothing to divide by. */
  ratio: number | null;
}

export interface Comparison {
  /** Why the two may not be alike; the ratios are shown all the same. */
  differences: string[];
  ratios: Ratio[];
}

/** The figures of two results side by side. */
export function compareResults(before: StressResult, current: StressResult): Comparison {
  const differences: string[] = [];
  if (before.scenario !== current.scenario) differences.push(`scenario ${before.scenario}`);
  for (const [name, value] of Object.entries(before.settings)) {
    const nowValue = current.settings[name as keyof StressResult['settings']];
    if (value !== nowValue) differences.push(`${name} ${value}, now ${nowValue}`);
  }
  const { machine } = before;
  if (machine.processor !== current.machine.processor || machine.cores !== current.machine.cores) {
    differences.push(`${machine.cores} × ${machine.processor}`);
  }
  const old = figuresOf(before);
  const ratios = Object.entries(figuresOf(current)).flatMap(([name, value]) => {
    const was = old[name];
    if (was === undefined) return [];
    return { name, before: was, now: value, ratio: was === 0 ? null : Math.round((value / was) * 100) / 100 };
  });
  return { differences, ratios };
}

function figuresOf({ answersPerSec, settledPerSec, latencyMs }: StressResult): Record<string, number> {
  const figures: Record<string, number> = {
    'answers per second': answersPerSec,
    'settled per second': settledPerSec,
  };
  const shown: (keyof LatencyFigures)[] = ['p50', 'p99'];
  for (const [name, latency] of Object.entries(latencyMs)) {
    if (latency.count > 0) for (const at of shown) figures[`${name} ${at}, ms`] = latency[at];
  }
  return figures;
}

/**
 * Reads what an earlier run printed with `--json`: its last line that is not empty.
 *
 * @returns null when that is no result
 */
export function parseResult(text: string): StressResult | null {
  try {
    const parsed: unknown = JSON.parse(text.trim().split('\n').at(-1) ?? '');
    return isResult(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function isResult(parsed: unknown): parsed is StressResult {
  if (typeof parsed !== 'object' || parsed === null) return false;
  const fields = ['scenario', 'settings', 'machine', 'latencyMs', 'answersPerSec', 'settledPerSec'];
  return fields.every((field) => field in parsed);
}
