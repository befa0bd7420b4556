import type { FigureName } from './measurement.ts';
import { table } from './render-table.ts';
import { LATENCY_NAMES, type LatencyName, type Summary } from './summary.ts';
import { escape } from './svg.ts';
import { CONTENDER_WORDS, FIGURE_WORDS, inWords, WORK_WORDS } from './words.ts';

const LATENCY_WORDS: Record<LatencyName, string> = {
  latencyMs: 'all answers',
  acceptedMs: 'accepted',
  refusedMs: 'refused',
  settleMs: 'settled',
  outcomeMs: 'outcome on the socket',
  seenMs: 'seen',
};

/** How many a second had this latency; the first of these that was measured. */
const RATES: Record<LatencyName, readonly FigureName[]> = {
  latencyMs: ['answeredPerSec', 'postsPerSec', 'readsPerSec'],
  acceptedMs: ['acceptedPerSec'],
  refusedMs: ['refusedPerSec'],
  settleMs: ['settledPerSec'],
  outcomeMs: ['seenPerSec'],
  seenMs: ['seenPerSec'],
};

const nameOf = ({ work, contender }: Summary): string =>
  escape(`${WORK_WORDS[work]}: ${CONTENDER_WORDS[contender]}`);

const inCell = (value: number | undefined): string => (value === undefined ? '–' : inWords(value));

export function renderLatencies(summaries: readonly Summary[]): string {
  const rows = summaries.flatMap((summary) => {
    const { latencies, figures } = summary;
    // Where all answers are of one kind, its row says it.
    const isOneKind = (latencies.acceptedMs === undefined) !== (latencies.refusedMs === undefined);
    return LATENCY_NAMES.flatMap((name) => {
      const latency = latencies[name];
      if (!latency || (name === 'latencyMs' && isOneKind)) return [];
      const rate = RATES[name].map((figure) => figures[figure]).find((spread) => spread !== undefined);
      const { p50, p95, p99, p999, max } = latency;
      const cells = [rate?.median, p50, p95, p99, p999, max].map(inCell);
      return [[`${nameOf(summary)}, ${LATENCY_WORDS[name]}`, ...cells]];
    });
  });
  return table(['', 'per second', 'p50', 'p95', 'p99', 'p99.9', 'max'], rows);
}

export function renderUsage(summaries: readonly Summary[]): string {
  const rows = summaries.flatMap((summary) => {
    const { contender, figures, maxRssMb, generatorBusy } = summary;
    const memory = Object.entries(maxRssMb).map(([role, mb]) => `${role} ${mb}`);
    if (memory.length === 0) return [];
    return [
      [
        nameOf(summary),
        inCell(figures.nodeCpuUs?.median),
        figures.storeCpuUs && contender !== 'bare' ? inWords(figures.storeCpuUs.median) : '–',
        escape(memory.join(', ')),
        generatorBusy === undefined ? '–' : `${Math.round(generatorBusy * 100)} %`,
      ],
    ];
  });
  return table(['', FIGURE_WORDS.nodeCpuUs, FIGURE_WORDS.storeCpuUs, 'memory, MB', 'generator busy'], rows);
}

export function renderLoops(summaries: readonly Summary[]): string {
  const rows = summaries.flatMap((summary) =>
    Object.entries(summary.loopDelaysMs).flatMap(([role, processes]) =>
      processes.map(({ p50, p99, max }, index) => [
        nameOf(summary),
        escape(processes.length > 1 ? `${role} ${index + 1}` : role),
        ...[p50, p99, max].map(inWords),
      ]),
    ),
  );
  return table(['', 'process', 'p50', 'p99', 'max'], rows);
}
