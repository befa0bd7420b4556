import type { FigureName, Measurement } from './measurement.ts';
import type { BenchReport } from './report.ts';
import { GENERATOR_LIMITS_FROM, summarise } from './summary.ts';
import { CONTENDER_WORDS, FIGURE_WORDS, inWords, rangeInWords, WORK_WORDS } from './words.ts';

/** One line a measurement, while the run goes on. */
export function describeMeasurement({ round, contender, work, figures, invariants }: Measurement): string {
  const told = Object.entries(figures).map(
    ([name, value]) => `${FIGURE_WORDS[name as FigureName]} ${inWords(value)}`,
  );
  const broken = invariants.filter(({ ok }) => !ok).map(({ id, detail }) => `  BROKEN ${id}: ${detail}`);
  const head = `${round === 0 ? 'warm-up' : `round ${round}`}  ${WORK_WORDS[work]}: ${CONTENDER_WORDS[contender]}`;
  return [`${head.padEnd(66)}${told.join(' · ')}`, ...broken].join('\n');
}

/** Every promise that did not hold, with where. */
export function brokenPromises(measurements: readonly Measurement[]): string[] {
  return measurements.flatMap(({ round, contender, work, invariants }) =>
    invariants
      .filter(({ ok }) => !ok)
      .map(
        ({ id, detail }) =>
          `round ${round}, ${WORK_WORDS[work]}, ${CONTENDER_WORDS[contender]}: ${id}: ${detail}`,
      ),
  );
}

const NAME_WIDTH = Math.max(...Object.values(FIGURE_WORDS).map((words) => words.length));

export function printReport(report: BenchReport, print: (line: string) => void): void {
  const summaries = summarise(report.measurements);
  print(`\nMedians of ${report.rounds} rounds (smallest – largest)\n`);
  for (const { contender, work, figures } of summaries) {
    print(`  ${WORK_WORDS[work]}: ${CONTENDER_WORDS[contender]}`);
    for (const [name, spread] of Object.entries(figures)) {
      const median = inWords(spread.median).padStart(10);
      print(
        `    ${FIGURE_WORDS[name as FigureName].padEnd(NAME_WIDTH)}${median}   ${rangeInWords(spread, report.rounds)}`,
      );
    }
  }
  print(
    `\nBars: medians of what each round measured itself${report.isQuick ? ' (a quick run: they mean nothing)' : ''}\n`,
  );
  for (const { what, unit, sense, limit, ratio, verdict } of report.bars) {
    const found = ratio ? `${inWords(ratio.median)} ${rangeInWords(ratio, report.rounds)}` : '–';
    print(`  ${verdict.toUpperCase().padEnd(13)}${what}: ${found} ${unit}, ${sense} ${limit}`);
  }
  const limited = summaries.filter(({ generatorBusy = 0 }) => generatorBusy >= GENERATOR_LIMITS_FROM);
  for (const { contender, work } of limited) {
    print(`  The generator is the limit of: ${WORK_WORDS[work]}, ${CONTENDER_WORDS[contender]}`);
  }
  print(
    report.broken.length === 0 ? '\nEvery promise holds.' : `\nBROKEN PROMISES\n${report.broken.join('\n')}`,
  );
}
