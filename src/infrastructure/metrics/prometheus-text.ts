/** A line of Prometheus' text format. */
export interface Sample {
  /** Of a histogram: `_bucket`, `_sum`, `_count`. */
  suffix?: '_bucket' | '_sum' | '_count';
  /** One that is empty is left out. */
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** All lines of one name. */
export interface Family {
  name: string;
  help: string;
  type: 'counter' | 'gauge' | 'histogram';
  samples: readonly Sample[];
}

/** Of `Content-Type`. https://prometheus.io/docs/instrumenting/exposition_formats */
export const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8';

/** Writes families as Prometheus reads them; those without a sample too, so that a name is known before its first event. */
export function writeFamilies(families: readonly Family[]): string {
  return families
    .map(({ name, help, type, samples }) =>
      [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} ${type}`,
        ...samples.map(({ suffix = '', labels, value }) => `${name}${suffix}${writeLabels(labels)} ${value}`),
        '',
      ].join('\n'),
    )
    .join('');
}

function writeLabels(labels: Readonly<Record<string, string>>): string {
  const written = Object.entries(labels)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return written.length === 0 ? '' : `{${written.join(',')}}`;
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/**
 * The lines of one histogram.
 *
 * @param bounds  upper bounds, inclusive, rising
 * @param counts  how many fell into each, one more than the bounds: the last for what is above them all
 */
export function histogramSamples(
  labels: Readonly<Record<string, string>>,
  bounds: readonly number[],
  counts: readonly number[],
  sum: number,
): Sample[] {
  let below = 0;
  const buckets = [...bounds, '+Inf'].map((bound, index): Sample => {
    below += counts[index] ?? 0;
    return { suffix: '_bucket', labels: { ...labels, le: `${bound}` }, value: below };
  });
  return [...buckets, { suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: below }];
}
