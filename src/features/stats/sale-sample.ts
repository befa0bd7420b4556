import type { LatencyKind, SaleSampleBody } from '../../contracts/live-http.ts';
import { percentilesOf, type LatencyCounts } from '../../infrastructure/metrics/latency.ts';
import { rejectedByCode } from './stats.service.ts';

/** What the stores count of a sale since its beginning, read at one moment. */
export interface SaleReading {
  /** Epoch seconds. */
  at: number;
  total: number;
  sold: number;
  remaining: number;
  /** Of the gate; a rebuilt one has a higher one. */
  epoch: number;
  /** As the gate and announce keep them. */
  counters: Readonly<Record<string, string>>;
  latency: Readonly<Record<LatencyKind, LatencyCounts>>;
}

/** So often a sample is kept although nothing happened, so that a chart knows where its lines begin, s. */
const KEPT_ANYWAY_SEC = 30;

/**
 * What happened between two readings.
 *
 * @param keptAt  when a sample was last kept, epoch seconds
 * @returns null when nothing happened that is worth keeping
 */
export function sampleBetween(before: SaleReading, now: SaleReading, keptAt: number): SaleSampleBody | null {
  const counts = grown(totalsOf(before.counters), totalsOf(now.counters));
  const spanSec = Math.max(1, now.at - before.at);
  const isSame =
    Object.keys(counts).length === 0 &&
    (['total', 'sold', 'remaining'] as const).every((field) => before[field] === now[field]);
  if (isSame && now.at - keptAt < KEPT_ANYWAY_SEC) return null;
  const latencyMs: SaleSampleBody['latencyMs'] = {};
  for (const kind of ['accept', 'settle', 'outcome'] as const) {
    const measured = grownCounts(before.latency[kind], now.latency[kind]);
    if (measured.length === 0) continue;
    const { p50, p95, p99 } = percentilesOf(measured);
    latencyMs[kind] = [p50, p95, p99];
  }
  const { at, total, sold, remaining } = now;
  return { at, spanSec, total, sold, remaining, counts, latencyMs };
}

function totalsOf(counters: Readonly<Record<string, string>>): Record<string, number> {
  return {
    received: Number(counters['received'] ?? 0),
    confirmed: Number(counters['confirmed'] ?? 0),
    ...rejectedByCode(counters),
  };
}

/** What is more than before; all of it when it is less, for then Redis began anew. */
function grown(
  before: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
): Record<string, number> {
  const more = Object.entries(now).map(([name, count]): [string, number] => {
    const had = before[name] ?? 0;
    return [name, count >= had ? count - had : count];
  });
  return Object.fromEntries(more.filter(([, count]) => count > 0));
}

function grownCounts(before: LatencyCounts, now: LatencyCounts): LatencyCounts {
  const had = new Map(before);
  return now.flatMap(([ms, count]): [number, number][] => {
    const more = count - (had.get(ms) ?? 0);
    return more > 0 ? [[ms, more]] : [];
  });
}
