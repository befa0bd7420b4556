import type { FigureName, Measurement } from './measurement.ts';
import { table } from './render-table.ts';
import { escape } from './svg.ts';
import { FIGURE_WORDS, inWords } from './words.ts';

const COLUMNS = [
  ...([
    'attempts',
    'tookSec',
    'acceptedPerSec',
    'settledPerSec',
    'nodeCpuUs',
    'storeCpuUs',
    'allCpuUs',
  ] as const),
  ...(['redisBytesPerShopper', 'redisBytesPerAttempt', 'apiRssMb', 'apiPeakRssMb', 'workerRssMb'] as const),
  'redisRssMb',
] satisfies FigureName[];

const inCell = (value: number | undefined): string => (value === undefined ? '–' : inWords(value));

/** Growth to a million: one row a size, then the largest sale stage by stage; nothing when it was not measured. */
export function renderGrowth(measurements: readonly Measurement[]): string {
  const sizes = measurements.filter(({ growth }) => growth);
  const largest = sizes.at(-1);
  if (!largest?.growth) return '';
  const rows = sizes.map(({ figures, settleMs }) => [
    ...COLUMNS.map((name) => inCell(figures[name])),
    inCell(settleMs?.p50),
    inCell(settleMs?.p99),
  ]);
  const head = [...COLUMNS.map((name) => FIGURE_WORDS[name]), 'settled, p50 ms', 'settled, p99 ms'];
  const { attempts = 0 } = largest.figures;
  const kept = Object.entries(largest.growth.redisBytes)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, bytes]) => `${escape(kind)} ${inWords(bytes / attempts)}`);
  return `<h2>Growth: as many shoppers and units as attempts at one sale</h2>
<p>Measured once, at an instance of its own. Processor time and settling are of the last 100,000 attempts of a sale, memory
is the largest seen after such a load. Every shopper has an order in the end; of one who is refused Redis keeps next to
nothing. Bytes a shopper in the largest sale by kind of key: ${kept.join(', ')}.</p>
<div class="wide">${table(head, rows)}</div>
${renderStages(largest.growth.stages)}`;
}

function renderStages(stages: NonNullable<Measurement['growth']>['stages']): string {
  if (stages.length < 2) return '';
  const roles = Object.keys(stages[0]?.usage ?? {});
  const rows = stages.map(({ attempts, settledPerSec, settleMs, usage }, index) => {
    const own = attempts - (stages[index - 1]?.attempts ?? 0);
    return [
      inWords(attempts),
      inWords(settledPerSec),
      inWords(settleMs.p99),
      ...roles.map((role) => inCell(((usage[role]?.cpuSec ?? 0) / own) * 1e6)),
    ];
  });
  const head = [
    'attempts so far',
    'settled/s',
    'settled, p99 ms',
    ...roles.map((role) => `${role}, µs each`),
  ];
  return `<h3>The largest sale on its way</h3>${table(head.map(escape), rows)}`;
}
