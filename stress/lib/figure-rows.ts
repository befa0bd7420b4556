import type { StressResult } from './result.ts';

/** A generator this busy is what limits a run, not the instance. */
const GENERATOR_IS_LIMIT = 0.9;

/** The figures of a result in words, for the table and the report. */
export function figureRows(result: StressResult): [name: string, value: string][] {
  const { requests, retries, cutAnswers, seconds, unanswered, generator } = result;
  const refused = Object.entries(result.refused).sort(([, a], [, b]) => b - a);
  const isLimit = generator.busy >= GENERATOR_IS_LIMIT ? ': it is the limit of this run' : '';
  const rows: [string, string | number][] = [
    ['requests', `${requests} in ${seconds.toFixed(1)} s; the same key again ${retries}, cut ${cutAnswers}`],
    ['answers per second', result.answersPerSec],
    ['accepted', result.accepted],
    ...refused.map(([code, count]): [string, number] => [`refused ${code}`, count]),
    ...(unanswered > 0 ? [['without a final answer', unanswered] as [string, number]] : []),
    ['confirmed', result.confirmed],
    ['rejected by settle', result.rejected],
    ['settled per second', result.settledPerSec],
    ...Object.entries(result.figures),
    ['generator', `${Math.round(generator.busy * 100)} % busy, p99 ${generator.delayMs} ms late${isLimit}`],
  ];
  return rows.map(([name, value]) => [name, String(value)]);
}
