import type { FigureName, Measurement } from './measurement.ts';
import { table } from './render-table.ts';
import { escape } from './svg.ts';
import { FIGURE_WORDS, inWords } from './words.ts';

const TIMES = [
  'attempts',
  'tookSec',
  'acceptedPerSec',
  'settledPerSec',
  'nodeCpuUs',
  'storeCpuUs',
  'allCpuUs',
] as const;
const MEMORY = [
  'attempts',
  'redisBytesPerShopper',
  'redisBytesPerAttempt',
  'apiRssMb',
  'apiPeakRssMb',
  'workerRssMb',
  'redisRssMb',
] as const;

const inCell = (value: number | undefined): string => (value === undefined ? '–' : inWords(value));

/** Growth to a million: one row a size, then the largest sale stage by stage; nothing when it was not measured. */
export function renderGrowth(measurements: readonly Measurement[]): string {
  const sizes = measurements.filter(({ growth }) => growth);
  const largest = sizes.at(-1);
  if (!largest?.growth) return '';
  const cellsOf = (columns: readonly FigureName[], { figures }: Measurement): string[] =>
    columns.map((name) => inCell(figures[name]));
  const times = sizes.map((one) => [
    ...cellsOf(TIMES, one),
    inCell(one.settleMs?.p50),
    inCell(one.settleMs?.p99),
  ]);
  const headOf = (columns: readonly FigureName[]): string[] => columns.map((name) => FIGURE_WORDS[name]);
  const { attempts = 0 } = largest.figures;
  const kept = Object.entries(largest.growth.redisBytes)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, bytes]) => `${escape(kind)} ${inWords(bytes / attempts)}`);
  return `<h2>Growth: as many shoppers and units as attempts at one sale</h2>
<p>Measured once, at an instance of its own. Processor time and settling are of the last 100,000 attempts of a sale, memory
is the largest seen after such a load. Every shopper has an order in the end; of one who is refused Redis keeps next to
nothing. Bytes a shopper in the largest sale by kind of key: ${kept.join(', ')}.</p>
${table([...headOf(TIMES), 'settled, p50 ms', 'settled, p99 ms'], times)}
<h3>Memory</h3>${table(
    headOf(MEMORY),
    sizes.map((one) => cellsOf(MEMORY, one)),
  )}
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
