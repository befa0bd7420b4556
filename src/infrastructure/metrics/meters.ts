import type { Redis } from '../redis/redis.ts';
import { METERS_KEY } from '../redis/keys.ts';
import { METERS, type CounterName, type HistogramName, type MeterName } from './meter-catalogue.ts';
import { histogramSamples, type Family } from './prometheus-text.ts';

/** Between the parts of a field's name: no method, route or role has one. */
const SEPARATOR = '|';
/** Sums are kept as whole millionths: Redis adds integers exactly. */
const MICRO = 1_000_000;

interface Series {
  /** By bucket, the last above all bounds; none of a counter. */
  counts: number[];
  sum: number;
}

/**
 * Counts what happens in this process and adds it to what all processes have counted.
 *
 * Redis has the sums, not this process: so they never fall when a process dies, which Prometheus would take for a
 * restart from zero and count anew. They begin anew when Redis loses its data.
 */
export class Meters {
  readonly #redis: Redis;
  /** By name and label values: what Redis has not got yet. */
  #pending = new Map<string, Series>();

  constructor({ redis }: { redis: Redis }) {
    this.#redis = redis;
  }

  /** @param labels  values in the order of the catalogue's names, none with a `|` in it */
  add(name: CounterName, labels: readonly string[], amount: number): void {
    this.#pendingOf(keyOf(name, labels)).sum += amount;
  }

  /** @param labels  as above */
  observe(name: HistogramName, labels: readonly string[], value: number): void {
    this.observeAt(name, keyOf(name, labels), value);
  }

  /** The same for one whose key is at hand. @param key  of this name, as `keyOf` makes it */
  observeAt(name: HistogramName, key: string, value: number): void {
    const series = this.#pendingOf(key);
    const { counts } = series;
    series.sum += value;
    const { bounds } = METERS[name];
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket += 1;
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }

  /**
   * Adds what was counted since the last time, all or nothing. What Redis does not take is added the next time; when only
   * its answer was lost, that counts it twice.
   */
  async flush(): Promise<void> {
    if (this.#pending.size === 0) return;
    const adding = this.#redis.multi();
    const sent = this.#pending;
    this.#pending = new Map();
    for (const [key, { counts, sum }] of sent) {
      counts.forEach((count, bucket) => adding.hincrby(METERS_KEY, `${key}${SEPARATOR}${bucket}`, count));
      adding.hincrby(METERS_KEY, `${key}${SEPARATOR}sum`, Math.round(sum * MICRO));
    }
    try {
      await adding.exec();
    } catch (error) {
      this.#takeBack(sent);
      throw error;
    }
  }

  #pendingOf(key: string): Series {
    let series = this.#pending.get(key);
    if (!series) this.#pending.set(key, (series = { counts: [], sum: 0 }));
    return series;
  }

  #takeBack(sent: ReadonlyMap<string, Series>): void {
    for (const [key, { counts, sum }] of sent) {
      const series = this.#pending.get(key);
      if (!series) this.#pending.set(key, { counts, sum });
      else {
        counts.forEach((count, bucket) => (series.counts[bucket] = (series.counts[bucket] ?? 0) + count));
        series.sum += sum;
      }
    }
  }
}

/** What a meter's values of these labels are kept under. */
export function keyOf(name: MeterName, labels: readonly string[]): string {
  return labels.length === 0 ? name : `${name}${SEPARATOR}${labels.join(SEPARATOR)}`;
}

/** @returns what all processes have counted since Redis has its present store, one family a meter */
export async function readMeters(redis: Redis): Promise<Family[]> {
  const stored = await redis.hgetall(METERS_KEY);
  const byMeter = new Map<string, Map<string, Series>>();
  for (const [field, text] of Object.entries(stored).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const parts = field.split(SEPARATOR);
    const bucket = parts.pop() ?? '';
    const name = parts.shift() ?? '';
    const byLabels = byMeter.get(name) ?? new Map<string, Series>();
    byMeter.set(name, byLabels);
    const labels = parts.join(SEPARATOR);
    const series = byLabels.get(labels) ?? { counts: [], sum: 0 };
    byLabels.set(labels, series);
    if (bucket === 'sum') series.sum = Number(text) / MICRO;
    else series.counts[Number(bucket)] = Number(text);
  }
  return Object.entries(METERS).map(([name, meter]): Family => {
    const samples = [...(byMeter.get(name) ?? [])].flatMap(([values, { counts, sum }]) => {
      const labels = labelsOf(meter.labels, values.split(SEPARATOR));
      return meter.type === 'counter'
        ? [{ labels, value: sum }]
        : histogramSamples(labels, meter.bounds, counts, sum);
    });
    return { name, help: meter.help, type: meter.type, samples };
  });
}

function labelsOf(names: readonly string[], values: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
}
