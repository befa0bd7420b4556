import type { JudgedBar } from './bars.ts';
import type { ContenderName, FigureName, Measurement, WorkName } from './measurement.ts';
import { renderGrowth } from './render-growth.ts';
import { table } from './render-table.ts';
import { renderLatencies, renderLoops, renderUsage } from './render-tables.ts';
import { STYLE } from './report-style.ts';
import type { BenchReport } from './report.ts';
import { spreadOf } from './statistics.ts';
import { GENERATOR_LIMITS_FROM, generatorCeiling, summarise, type Summary } from './summary.ts';
import { drawBars, drawLines, escape } from './svg.ts';
import { CONTENDER_WORDS, inWords, rangeInWords, WORK_WORDS } from './words.ts';

/** What is compared with what, one picture each. */
const PICTURES: { title: string; of: [ContenderName, WorkName, FigureName][] }[] = [
  {
    title: 'Accepted per second: everybody wins, settling beside',
    of: [
      ['stampede', 'everybody-wins', 'acceptedPerSec'],
      ['express', 'post', 'postsPerSec'],
      ['express-one', 'post', 'postsPerSec'],
      ['naive', 'everybody-wins', 'acceptedPerSec'],
    ],
  },
  {
    title: 'Durable orders per second: settled beside the load, and from a backlog',
    of: [
      ['stampede', 'everybody-wins', 'settledPerSec'],
      ['naive', 'everybody-wins', 'settledPerSec'],
      ['stampede', 'drain', 'drainedPerSec'],
      ['insert', 'insert', 'insertedPerSec'],
      ['naive', 'drain', 'drainedPerSec'],
    ],
  },
  {
    title: 'Refused per second: sold out',
    of: [
      ['stampede', 'sold-out', 'refusedPerSec'],
      ['bare', 'post', 'postsPerSec'],
      ['express', 'post', 'postsPerSec'],
      ['naive', 'sold-out', 'refusedPerSec'],
    ],
  },
  {
    title: 'Status reads per second',
    of: [
      ['stampede', 'status-reads', 'readsPerSec'],
      ['bare', 'get', 'readsPerSec'],
    ],
  },
  {
    title: 'The whole drop: seconds from the first promise to the last committed order (less is better)',
    of: [
      ['stampede', 'whole-drop', 'soldAfterSec'],
      ['naive', 'whole-drop', 'soldAfterSec'],
    ],
  },
];

/** The report as one page that needs nothing but itself. */
export function renderReport(report: BenchReport): string {
  const { circumstances: at, generator, measurements, settings } = report;
  const summaries = summarise(measurements);
  const changes = at.hasUncommittedChanges ? ', with uncommitted changes' : '';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Stampede bench ${escape(report.startedAt)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${STYLE}</style></head><body>
<h1>Stampede bench</h1>
${report.isQuick ? '<p class="warning">A quick run: it shows that everything works. Its figures mean nothing.</p>' : ''}
<p>${escape(report.startedAt)}, commit ${escape(at.commit.slice(0, 12))}${changes}. ${report.rounds} rounds, every
contender in turn in each unless a bar says otherwise, ${report.seconds} s in all. Bars show medians, thin lines the
smallest and largest round.</p>
<h2>Promises</h2>
${renderPromises(report)}
<h2>Bars</h2>
<p>Medians over the rounds of what each round measured itself.</p>
${renderBars(report)}
${PICTURES.map(({ title, of }) => renderPicture(title, of, summaries)).join('\n')}
<h2>Latency, ms</h2>
<p>As ${escape(generator.name)} saw it over ${settings.connections} connections, closed loop, where all answers
are one figure; “open loop” is a crowd that waits for nobody, from when each attempt was due, accepted and refused apart.
<i>Settled</i> is from the gate's promise to the transaction, <i>outcome on the socket</i> from the transaction to the shopper's
socket, <i>seen</i> from the promise to the socket. Medians of the rounds.</p>
${renderLatencies(summaries)}
${renderGrowth(measurements)}
<h2>Processor time and memory</h2>
<p>Node is the API processes and the worker, the stores are Redis and PostgreSQL, each per attempt or request. Memory is of
the largest process of each role. ${describeCeiling(generator.name, summaries)}</p>
${renderUsage(summaries)}
<h2>Event-loop delay, ms</h2>
<p>How late a timer of 10 ms was in each process while the work went on; medians of the rounds.</p>
${renderLoops(summaries)}
<h2>Over time</h2>
${renderTimelines(measurements)}
<h2>Circumstances</h2>
${renderCircumstances(report)}
</body></html>
`;
}

function renderPromises({ broken, measurements }: BenchReport): string {
  const checked = measurements.reduce((sum, { invariants }) => sum + invariants.length, 0);
  if (broken.length === 0)
    return `<p class="met">All hold: ${checked} checks after ${measurements.length} works.</p>`;
  return `<ul class="not-met">${broken.map((one) => `<li>${escape(one)}</li>`).join('')}</ul>`;
}

function renderBars({ bars, rounds }: BenchReport): string {
  const rows = bars.map(({ what, unit, sense, limit, ratio, verdict }) => {
    const found = ratio ? `${inWords(ratio.median)} ${rangeInWords(ratio, rounds)}` : '–';
    return [escape(what), `${found} ${escape(unit)}`, `${sense} ${limit}`, verdictCell(verdict)];
  });
  return table(['what', 'found', 'bar', ''], rows);
}

function describeCeiling(generator: string, summaries: readonly Summary[]): string {
  const ceiling = generatorCeiling(summaries);
  if (ceiling === null) return '';
  return `${escape(generator)} itself could send about ${inWords(ceiling)} a second beside them, by how busy it was at most.`;
}

const verdictCell = (verdict: JudgedBar['verdict']): string =>
  `<span class="${verdict.replaceAll(' ', '-')}">${verdict}</span>`;

function renderPicture(
  title: string,
  of: readonly [ContenderName, WorkName, FigureName][],
  summaries: readonly Summary[],
): string {
  const bars = of.flatMap(([contender, work, figure]) => {
    const summary = summaries.find((one) => one.contender === contender && one.work === work);
    const spread = summary?.figures[figure];
    if (!summary || !spread) return [];
    const isLimited = (summary.generatorBusy ?? 0) >= GENERATOR_LIMITS_FROM;
    const suffix = work === 'drain' ? ', backlog' : isLimited ? ' *' : '';
    return [{ label: CONTENDER_WORDS[contender] + suffix, spread, isOurs: contender === 'stampede' }];
  });
  if (bars.length === 0) return '';
  const note = bars.some(({ label }) => label.endsWith('*')) ? '<p>* the generator is the limit</p>' : '';
  return `<h2>${escape(title)}</h2>${drawBars(bars)}${note}`;
}

function renderTimelines(measurements: readonly Measurement[]): string {
  const last = new Map(measurements.map((one) => [`${one.contender} ${one.work}`, one]));
  const plots = [...last.values()].filter(({ samples }) => samples.length > 1);
  return plots
    .map(({ contender, work, round, samples }) => {
      const lines = [
        { label: 'units sold', className: 'sold', points: samples.map(({ t, sold }) => [t, sold] as const) },
        {
          label: 'promised, not sold',
          className: 'queued',
          points: samples.map(({ t, queued }) => [t, queued] as const),
        },
      ];
      return `<h3>${escape(`${WORK_WORDS[work]}: ${CONTENDER_WORDS[contender]}`)}, round ${round}</h3>${drawLines(lines)}`;
    })
    .join('\n');
}

function renderCircumstances({ circumstances: at, settings, generator, measurements }: BenchReport): string {
  const rows = Object.entries({
    machine: `${at.machine}, ${at.cores} cores shared with the generator, ${at.memoryGb} GB`,
    'load before': at.loadBefore.toFixed(2),
    'stolen by the host': describeStolen(measurements),
    versions: `Node ${at.node}, PostgreSQL ${at.postgres}, Redis ${at.redis}`,
    generator: `${generator.name} ${generator.version}`,
    ...at.durability,
    ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, JSON.stringify(value)])),
  });
  return table(
    [],
    rows.map(([name, value]) => [escape(name), escape(value)]),
  );
}

function describeStolen(measurements: readonly Measurement[]): string {
  const spread = spreadOf(measurements.flatMap(({ figures }) => figures.stolenShare ?? []));
  if (!spread) return 'not known on this machine';
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  return `${percent(spread.median)} of the cores' time (${percent(spread.min)} – ${percent(spread.max)} of a work)`;
}
