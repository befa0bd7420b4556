import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError, usageError } from '../../src/commands/lib/command-error.ts';
import { runCommand, type CommandContext } from '../../src/commands/lib/run-command.ts';
import { createLifecycle } from '../../src/infrastructure/lifecycle.ts';
import { findRoot } from '../../src/utils/find-root.ts';
import { judgeBars } from './bars.ts';
import { chooseGenerator } from './choose-generator.ts';
import { readCircumstances, readLoad } from './machine.ts';
import type { Measurement } from './measurement.ts';
import type { RoundPlan } from './plan-round.ts';
import { brokenPromises, describeMeasurement, printReport } from './print-report.ts';
import { renderReport } from './render-report.ts';
import type { BenchReport } from './report.ts';
import { PART_NAMES, QUICK_PART_NAMES, runRounds, type PartName } from './run-rounds.ts';
import { MAX_INFLIGHT, startContenders } from './start-contenders.ts';
import { CONNECTIONS, type Scale } from './works/round.ts';

const FULL: Scale = {
  shoppers: 100_000,
  connections: CONNECTIONS,
  seconds: 4,
  mostSettledByNaive: 8_000,
  backlog: { stampede: 100_000, naive: 10_000 },
  insertedRows: 100_000,
  drop: { units: 10_000, shoppers: 100_000 },
  sockets: { clients: 5_000, units: 1_000 },
  seen: {
    'seen-wins': { units: 8_000, shoppers: 8_000, perSec: 2_000, listeners: 500 },
    'seen-drop': { units: 2_000, shoppers: 20_000, perSec: 4_000, listeners: 500 },
  },
  // What a million is compared with: one sale that takes two seconds would be a matter of luck.
  growth: { 'growth-1k': 5, 'growth-10k': 5, 'growth-100k': 1, 'growth-1m': 1 },
};

/** Enough to see that everything works and that the promises hold; its figures mean nothing. */
const QUICK: Scale = {
  shoppers: 1_000,
  connections: CONNECTIONS,
  seconds: 1,
  mostRequests: 400,
  mostSettledByNaive: 200,
  backlog: { stampede: 600, naive: 80 },
  insertedRows: 1_000,
  drop: { units: 60, shoppers: 1_000 },
  sockets: { clients: 40, units: 10 },
  seen: {
    'seen-wins': { units: 200, shoppers: 200, perSec: 400, listeners: 20 },
    'seen-drop': { units: 50, shoppers: 400, perSec: 800, listeners: 20 },
  },
  growth: { 'growth-1k': 1, 'growth-10k': 1 },
};

/**
 * Before the first round, so that no contender is measured while its code is still being compiled: an API process of ours needed
 * 92, 64, 52 and 50 µs a refusal in its first four times four seconds.
 */
const WARM_UP: Scale = { ...QUICK, seconds: 6, mostRequests: 120_000, mostSettledByNaive: 2_000 };

/** By then the last round is to be over: a round may take longer than the one before it, and the whole stays below 30. */
const ROUNDS_END_WITHIN_MS = 28 * 60_000;

/** For the host to leave the cores to us, before what is judged in milliseconds; of the rounds' time. */
const MOST_WAITED_MS = 2 * 60_000;
/** One look, which each of these takes, is not worth a line. */
const TOLD_FROM_MS = 3_000;

async function run({ flags, env, print }: CommandContext) {
  const isQuick = flags.isSet('quick');
  const rounds = flags.integer('rounds', { min: 1, max: 50, otherwise: isQuick ? 1 : 5 });
  const parts = choosePartsOf(flags.text('parts'), isQuick ? QUICK_PART_NAMES : PART_NAMES);
  const generator = await chooseGenerator(flags.text('generator'));
  const loadBefore = readLoad();
  const connections = flags.integer('connections', { min: 1, max: 1_000, otherwise: CONNECTIONS });
  const scale = { ...(isQuick ? QUICK : FULL), connections };
  const apiProcesses = env.webConcurrency ?? Math.min(availableParallelism(), 4);
  const startedAt = new Date();

  const lifecycle = createLifecycle({
    logger: { error: (message, fields) => print(`${message} ${String(fields?.error)}`) },
  });
  lifecycle.stopOnSignals();
  lifecycle.onStop('generator', () => generator.stop());
  try {
    const contenders = await startContenders({ apiProcesses, shoppers: scale.shoppers, print }, (stop) =>
      lifecycle.onStop('contender', async () => {
        await stop();
      }),
    );
    const circumstances = await readCircumstances(contenders.services, loadBefore);
    print(`• ${generator.name} ${generator.version} makes the load, ${apiProcesses} API processes, 1 worker`);
    const shared = {
      ...{ contenders, generator, parts, endBy: startedAt.getTime() + ROUNDS_END_WITHIN_MS },
      onWaited: (round: number, part: PartName, ms: number): void => {
        if (ms > TOLD_FROM_MS)
          print(`round ${round}  ${part}: waited ${Math.round(ms / 1000)} s for the host`);
      },
      onPlanned: (round: number, plan: RoundPlan): void => {
        if (plan !== 'everything') print(`round ${round}  ${plan}: more would not end in time`);
      },
      onMeasured: (one: Measurement): void => print(describeMeasurement(one)),
    };
    const warmUp = isQuick
      ? []
      : await runRounds({
          ...shared,
          scale: { ...WARM_UP, connections },
          parts: parts.filter((part) => QUICK_PART_NAMES.includes(part)),
          rounds: [0],
          mayWaitMs: 0,
        });
    const numbers = Array.from({ length: rounds }, (_, index) => index + 1);
    const mayWaitMs = isQuick ? 0 : MOST_WAITED_MS;
    const measurements = await runRounds({ ...shared, scale, rounds: numbers, mayWaitMs });
    const broken = brokenPromises([...warmUp, ...measurements]);
    const report: BenchReport = {
      startedAt: startedAt.toISOString(),
      seconds: Math.round((Date.now() - startedAt.getTime()) / 1000),
      isQuick,
      rounds: new Set(measurements.map(({ round }) => round)).size,
      generator: { name: generator.name, version: generator.version },
      settings: { apiProcesses, workers: 1, MAX_INFLIGHT, ...scale },
      circumstances,
      bars: judgeBars(measurements),
      broken,
      measurements,
    };
    const files = await writeReport(report, flags.text('out'));
    printReport(report, print);
    print(`\n${files.html}\n${files.json}`);
    const { bars } = report;
    return {
      json: { ok: broken.length === 0, files, bars, broken },
      exitCode: broken.length === 0 ? (0 as const) : (1 as const),
    };
  } finally {
    await lifecycle.stop();
  }
}

function choosePartsOf(text: string | undefined, otherwise: readonly PartName[]): readonly PartName[] {
  if (text === undefined) return otherwise;
  return text.split(',').map((name) => {
    const part = PART_NAMES.find((known) => known === name.trim());
    if (!part) throw usageError(`there is no part '${name}': ${PART_NAMES.join(', ')}`);
    return part;
  });
}

async function writeReport(
  report: BenchReport,
  out: string | undefined,
): Promise<{ html: string; json: string }> {
  const folder = out ?? fileURLToPath(new URL('stress/results/', findRoot(import.meta.url)));
  const name = `${report.startedAt.slice(0, 10)}-${report.circumstances.commit.slice(0, 7)}${report.isQuick ? '-quick' : ''}`;
  const files = { html: join(folder, `${name}.html`), json: join(folder, `${name}.json`) };
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(files.json, `${JSON.stringify(report, null, 1)}\n`);
    await writeFile(files.html, renderReport(report));
  } catch (error) {
    throw new CommandError(`The report cannot be written: ${(error as Error).message}`);
  }
  return files;
}

await runCommand({
  name: 'npm run bench --',
  usage: ['[--rounds 5] [flags]', '--quick'],
  summary:
    'Measures Stampede beside a naive baseline and the ceilings of this machine, in turn and in the same run, with ' +
    'services of its own, and writes a JSON file and a page. Exit 1 only if a promise is broken.',
  flags: {
    rounds: { value: 'N', help: 'rounds, each contender in turn in each (5; 1 with --quick)' },
    quick: { help: 'a short round of everything: shows that it works, its figures mean nothing' },
    parts: {
      value: 'LIST',
      help: `some of ${PART_NAMES.join(',')} (all; --quick without committed and overload)`,
    },
    connections: { value: 'N', help: `of the crowd that waits for its answers (${CONNECTIONS})` },
    generator: { value: 'NAME', help: 'wrk or node:net (wrk when it is on the path)' },
    out: { value: 'FOLDER', help: 'where the report goes (stress/results)' },
  },
  run,
});
