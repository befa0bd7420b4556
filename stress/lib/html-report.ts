import type { Comparison } from './compare-results.ts';
import { figureRows } from './figure-rows.ts';
import { lineChart } from './line-chart.ts';
import type { StressResult } from './result.ts';

/** One self-contained page: no script, no style or picture from elsewhere. */
export function htmlReport(result: StressResult, comparison: Comparison | null): string {
  const { scenario, words, at, machine, settings, latencyMs, invariants, thresholds, drained } = result;
  const measured = Object.entries(latencyMs).filter(([, { count }]) => count > 0);
  const latencies = measured.map(([name, { p50, p95, p99, p999, max, count }]) => [
    name,
    ...[p50, p95, p99, p999, max].map((ms) => ms.toFixed(1)),
    count,
  ]);
  const verdicts = [
    { id: 'drained', ok: drained, detail: drained ? 'everything is decided' : 'not in time' },
    ...invariants,
  ].map(({ id, ok, detail }) => [ok ? 'ok' : 'BROKEN', id, detail]);
  const limits = thresholds.map(({ option, limit, measured, ok }) => [
    ok ? 'met' : 'MISSED',
    `${option} ${limit}`,
    measured ?? 'not measured',
  ]);
  const isMissed = thresholds.some(({ ok }) => !ok);
  const verdict = result.ok ? 'Every promise holds.' : 'A promise is broken.';
  return page(`Stress: ${scenario}`, [
    `<h1>${escaped(scenario)}</h1><p>${escaped(words)}</p>`,
    `<p class="${result.ok && !isMissed ? 'ok' : 'broken'}">${verdict}${isMissed ? ' A threshold is missed.' : ''}</p>`,
    table('What came back', [], figureRows(result)),
    table('Latency, ms', ['', 'p50', 'p95', 'p99', 'p99.9', 'max', 'of'], latencies),
    charts(result),
    comparison ? comparisonTable(comparison) : '',
    table('Promises', [], verdicts),
    limits.length > 0 ? table('Thresholds', [], limits) : '',
    table('Settings', [], Object.entries(settings)),
    table('Machine', [], [...Object.entries(machine), ['began', at], ['instance', result.url]]),
  ]);
}

function charts({ timeline: { steps, stepMs }, samples }: StressResult): string {
  const perSec = (pick: 'answers' | 'accepted' | 'refused') =>
    steps.map((step) => ({ x: step.t, y: (step[pick] * 1000) / stepMs }));
  const inTime = samples.filter(({ t }) => t >= 0);
  return [
    lineChart('Answers', 'a second', [
      { name: 'all', points: perSec('answers') },
      { name: 'accepted', points: perSec('accepted') },
      { name: 'refused', points: perSec('refused') },
    ]),
    lineChart('Slowest answer', 'ms', [
      {
        name: `of each ${stepMs} ms`,
        points: steps.map(({ t, slowestMs }) => ({ x: t, y: slowestMs })),
      },
    ]),
    lineChart('Sell-through', 'units', [
      { name: 'sold', points: inTime.map(({ t, sold }) => ({ x: t, y: sold })) },
      { name: 'promised and not settled', points: inTime.map(({ t, inflight }) => ({ x: t, y: inflight })) },
    ]),
  ].join('\n');
}

function comparisonTable({ differences, ratios }: Comparison): string {
  const rows = ratios.map(({ name, before, now, ratio }) => [name, before, now, ratio?.toFixed(2) ?? '–']);
  const unlike = differences.length > 0 ? `<p>Not alike: ${escaped(differences.join('; '))}</p>` : '';
  return table('Compared with an earlier run', ['', 'before', 'now', 'ratio'], rows) + unlike;
}

type Cell = string | number;

function table(title: string, heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = (tag: string, row: readonly Cell[]): string =>
    `<tr>${row.map((cell) => `<${tag}>${escaped(String(cell))}</${tag}>`).join('')}</tr>`;
  const head = heads.length > 0 ? cells('th', heads) : '';
  return `<h2>${title}</h2><table>${head}${rows.map((row) => cells('td', row)).join('')}</table>`;
}

function escaped(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => names[character] ?? character);
}

const STYLE = `
  body { font: 15px/1.45 system-ui, sans-serif; max-width: 760px; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b; background: #fff }
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
  td, th { text-align: left; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #e4e4e4; vertical-align: top; font-weight: normal }
  th { color: #666 } figure { margin: 1.5rem 0 } svg { width: 100%; height: auto } svg text { font-size: 12px; fill: #666 }
  .rule { stroke: #e4e4e4 } .ok, .broken { font-weight: bold } .ok { color: #00664b } .broken { color: #b00020 }`;

function page(title: string, parts: readonly string[]): string {
  return (
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>` +
    `<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head><body>\n` +
    `${parts.filter((part) => part !== '').join('\n')}\n</body></html>\n`
  );
}
