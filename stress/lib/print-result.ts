import type { Comparison } from './compare-results.ts';
import type { StressResult } from './result.ts';
import { figureRows } from './figure-rows.ts';

const COLUMNS = ['p50', 'p95', 'p99', 'p999', 'max'] as const;
/** Of the longest name, 'accept beside the hot one, times', and a gap. */
const NAME_WIDTH = 34;

/** Prints a result as tables of plain text. */
export function printResult(
  result: StressResult,
  comparison: Comparison | null,
  print: (line: string) => void,
): void {
  const { scenario, settings, words, saleIds, latencyMs, drained, invariants, thresholds } = result;
  const row = (name: string, value: string | number): void => print(`  ${name.padEnd(NAME_WIDTH)}${value}`);
  const sales = saleIds.length > 1 ? `${saleIds.length} sales, the hot one ` : 'sale ';
  print(`\n${scenario}: ${words}`);
  print(`${result.shoppers} shoppers for ${settings.stock} units (${sales}${result.saleId})\n`);
  for (const [name, value] of figureRows(result)) row(name, value);

  const cells = (values: readonly string[]): string => values.map((value) => value.padStart(9)).join('');
  print(`\n  ${'latency, ms'.padEnd(NAME_WIDTH)}${cells(['p50', 'p95', 'p99', 'p99.9', 'max'])}   of`);
  for (const [name, figures] of Object.entries(latencyMs)) {
    if (figures.count === 0) continue;
    const values = COLUMNS.map((column) => figures[column].toFixed(1));
    print(`  ${name.padEnd(NAME_WIDTH)}${cells(values)}   ${figures.count}`);
  }
  if (comparison) printComparison(comparison, print);
  print('');
  if (!drained) print('  BROKEN  not drained in time');
  for (const { id, ok, detail } of invariants)
    print(`  ${ok ? 'ok    ' : 'BROKEN'}  ${id.padEnd(10)}${detail}`);
  for (const { option, limit, measured, ok } of thresholds) {
    print(`  ${ok ? 'met   ' : 'MISSED'}  ${option} ${limit}: ${measured ?? 'not measured'}`);
  }
}

function printComparison({ differences, ratios }: Comparison, print: (line: string) => void): void {
  const cells = (values: readonly string[]): string => values.map((value) => value.padStart(10)).join('');
  print(`\n  ${'compared'.padEnd(NAME_WIDTH)}${cells(['before', 'now', 'ratio'])}`);
  for (const { name, before, now, ratio } of ratios) {
    print(`  ${name.padEnd(NAME_WIDTH)}${cells([String(before), String(now), ratio?.toFixed(2) ?? '–'])}`);
  }
  if (differences.length > 0) print(`  not alike: ${differences.join('; ')}`);
}
