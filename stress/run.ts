import { readFile, writeFile } from 'node:fs/promises';
import { CommandError, usageError } from '../src/commands/lib/command-error.ts';
import { findSecret } from '../src/commands/lib/find-secret.ts';
import { findServices, openServices } from '../src/commands/lib/open-services.ts';
import type { Flags } from '../src/commands/lib/read-flags.ts';
import { runCommand, type CommandContext } from '../src/commands/lib/run-command.ts';
import { createAccessTokens, MOST_LIFETIME_SEC } from '../src/features/account/access-token.ts';
import { readInstanceFile } from '../src/infrastructure/embedded/instance-file.ts';
import { compareResults, parseResult } from './lib/compare-results.ts';
import { htmlReport } from './lib/html-report.ts';
import { printResult } from './lib/print-result.ts';
import type { StressResult } from './lib/result.ts';
import { runScenario } from './lib/run-scenario.ts';
import type { Settings } from './lib/stage.ts';
import { chooseTarget, waitUntilReady } from './lib/target.ts';
import { checkThresholds, THRESHOLDS } from './lib/thresholds.ts';
import { SCENARIOS } from './scenarios/all.ts';
import type { Scenario } from './scenarios/scenario.ts';

/** What each setting may be; a scenario may stand less. */
const RANGES: Record<keyof Settings, { min: number; max: number }> = {
  stock: { min: 0, max: 100_000 },
  shoppers: { min: 1, max: 200_000 },
  connections: { min: 1, max: 2_000 },
  rate: { min: 0, max: 5_000 },
  duration: { min: 1, max: 3_600 },
  sales: { min: 1, max: 100 },
};

async function run({ flags, env, print }: CommandContext) {
  const scenario = chooseScenario(flags.text('scenario') ?? 'drop');
  if (flags.positionals.length > 0) throw usageError(`stress does not know '${flags.positionals.join(' ')}'`);
  const settings = chooseSettings(scenario, flags);
  const limits = chooseThresholds(flags);
  const before = await readEarlier(flags.text('compare')); // refused before anything is opened
  const found = await findServices(env);
  const url = chooseTarget(flags.text('url'), found.url);
  await waitUntilReady(url);
  const secret = await findSecret(env, found);
  const services = await openServices(found);
  try {
    const deps = {
      ...{ services, url, print },
      tokens: createAccessTokens({ secret, algorithm: env.jwtAlgorithm, lifetimeSec: MOST_LIFETIME_SEC }),
      limits: {
        maxInflight: env.maxInflight,
        tries: env.triesLimit,
        triesWindowSec: env.triesWindowSec,
      },
      readProcesses: async () =>
        found.url === url ? ((await readInstanceFile(env.dataDir))?.processes ?? []) : [],
    };
    const result = await runScenario(deps, scenario, settings, { journalPath: flags.text('journal') });
    result.thresholds = checkThresholds(result, limits);
    const comparison = before && compareResults(before, result);
    await save(flags.text('report'), () => htmlReport(result, comparison));
    printResult(result, comparison, print);
    const isFastEnough = result.thresholds.every(({ ok }) => ok);
    print(result.ok ? '\nEvery promise holds.' : '\nA promise is broken.');
    if (!isFastEnough) print('A threshold is missed.');
    return { json: result, exitCode: !result.ok ? (1 as const) : isFastEnough ? (0 as const) : (3 as const) };
  } finally {
    await services.close();
  }
}

function chooseScenario(name: string): Scenario {
  const scenario = SCENARIOS[name];
  if (scenario) return scenario;
  throw usageError(`there is no scenario '${name}': ${Object.keys(SCENARIOS).join(', ')}`);
}

function chooseSettings({ defaults, atMost = {} }: Scenario, flags: Flags): Settings {
  const names = Object.keys(RANGES) as (keyof Settings)[];
  const settings = { ...defaults };
  for (const name of names) {
    const { min, max } = RANGES[name];
    settings[name] = flags.integer(name, { min, max: atMost[name] ?? max, otherwise: defaults[name] });
  }
  return settings;
}

function chooseThresholds(flags: Flags): Record<string, number> {
  const asked = Object.keys(THRESHOLDS).filter((name) => flags.text(name) !== undefined);
  return Object.fromEntries(
    asked.map((name) => [name, flags.requiredInteger(name, { min: 0, max: 1_000_000 })]),
  );
}

async function readEarlier(path: string | undefined): Promise<StressResult | null> {
  if (path === undefined) return null;
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw usageError(`--compare cannot be read: ${(error as Error).message}`);
  });
  const result = parseResult(text);
  if (!result) throw usageError(`--compare ${path} is not what a run printed with --json`);
  return result;
}

async function save(path: string | undefined, makeText: () => string): Promise<void> {
  if (path === undefined) return;
  await writeFile(path, makeText()).catch((error: unknown) => {
    throw new CommandError(`${path} cannot be written: ${(error as Error).message}`);
  });
}

/** A line a scenario, with what it takes when nothing is said. */
function describeScenarios(): string {
  return Object.values(SCENARIOS)
    .map(({ name, words, defaults }) => {
      const { stock, shoppers, rate, duration } = defaults;
      const pace = rate > 0 ? `${rate} a second for ${duration} s` : `at most ${duration} s`;
      return `  ${name.padEnd(23)} ${words}\n${' '.repeat(26)}(${stock} units, ${shoppers} shoppers, ${pace})`;
    })
    .join('\n');
}

const thresholdFlags = Object.entries(THRESHOLDS).map(
  ([name, { kind, unit }]) => [name, { value: unit, help: `${kind} so much, else exit 3` }] as const,
);

await runCommand({
  name: 'npm run stress --',
  usage: ['[--scenario drop] [flags]'],
  summary:
    'Sends a crowd at the running instance, waits for the drain and checks every promise with all that every shopper\n' +
    'saw. Exit 1 if a promise is broken, 3 if all hold and a threshold is missed, 2 if the command was typed wrongly.\n\n' +
    describeScenarios(),
  flags: {
    scenario: { value: 'NAME', help: 'one of the above (drop)' },
    stock: { value: 'N', help: 'units on sale, 0 to 100,000' },
    shoppers: { value: 'N', help: 'the crowd, 1 to 200,000' },
    rate: { value: 'N', help: 'arrivals a second, jittered, 0 to 5,000; 0: as fast as they are answered' },
    duration: { value: 'SEC', help: 'nobody new arrives after it, 1 to 3,600' },
    connections: { value: 'N', help: 'connections the crowd comes over, 1 to 2,000 (64)' },
    sales: { value: 'N', help: 'sales at once, for many-sales (20)' },
    url: {
      value: 'URL',
      help: 'the API, on this machine (the running instance); then DATABASE_URL, REDIS_URL, JWT_SECRET',
    },
    report: { value: 'FILE', help: 'write a page with figures and plots; opens without a network' },
    compare: { value: 'FILE', help: 'show ratios to an earlier run, kept with --json' },
    journal: { value: 'FILE', help: 'keep all that was sent and seen, for npm run verify' },
    ...Object.fromEntries(thresholdFlags),
  },
  run,
});
