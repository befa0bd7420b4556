import { fileURLToPath } from 'node:url';
import { usageError } from '../../src/commands/lib/command-error.ts';
import { runCommand, type CommandContext } from '../../src/commands/lib/run-command.ts';
import { environmentWith } from '../../src/config/env.ts';
import { createLifecycle } from '../../src/infrastructure/lifecycle.ts';
import { findRoot } from '../../src/utils/find-root.ts';
import {
  describeVerdict,
  fingerprintOf,
  judge,
  readKilled,
  writeReport,
  type GuardReport,
} from './guard-report.ts';
import { readGuards, type Guard } from './read-guards.ts';
import { runJest, type JestRun } from './run-jest.ts';
import { makeScratchCopy, type ScratchCopy } from './scratch-copy.ts';

/** The slowest needs half a minute on a quiet machine. */
const GUARD_TIMEOUT_MS = 180_000;
const BASELINE_TIMEOUT_MS = 1_200_000;
/** So many guards are out at a time, each in a copy of its own: most of a run waits for processes and stores. */
const COPIES = 2;

const ROOT = findRoot(import.meta.url);

/** Of scripts/lib/test-services.mjs: what `npm test` runs on too. */
interface TestServices {
  env: Record<string, string>;
  stop(): Promise<void>;
}

type Place = Pick<JestRun, 'folder' | 'env' | 'signal'>;

async function run({ flags, print }: CommandContext): Promise<{ json: object; exitCode?: 0 | 1 }> {
  const guards = chooseGuards(await readGuards(), flags.text('only'));
  if (flags.isSet('list')) {
    guards.forEach(({ name, keeps, file }) => print(`${name.padEnd(28)} ${keeps}  (${file})`));
    return { json: { guards: guards.map(({ name, keeps, file }) => ({ name, keeps, file })) } };
  }
  const out = flags.text('out') ?? fileURLToPath(new URL('stress/results/tmp/guards.json', ROOT));
  const lifecycle = createLifecycle({
    logger: { error: (message, fields) => print(`${message} ${String(fields?.error)}`) },
  });
  lifecycle.stopOnSignals();
  try {
    const copies: ScratchCopy[] = [];
    while (copies.length < COPIES) {
      const copy = await makeScratchCopy(fileURLToPath(ROOT).replace(/\/$/, ''));
      lifecycle.onStop('copy', copy.remove);
      copies.push(copy);
    }
    const [first] = copies as [ScratchCopy];
    const fingerprint = await fingerprintOf(first.folder);
    const known = flags.isSet('resume') ? await readKilled(out, fingerprint) : [];
    const services = await startTestServices(print);
    lifecycle.onStop('services', services.stop);
    const aborting = new AbortController();
    lifecycle.onStop('tests', () => aborting.abort());
    const place = { env: environmentWith(services.env), signal: aborting.signal };

    const asked = guards.filter(({ name }) => !known.some((verdict) => verdict.name === name));
    print(`• ${asked.length} guards; their tests with all of them in place …`);
    const trouble = await findTroubleOf(asked, { ...place, folder: first.folder }, print);
    if (trouble !== null) return { json: { ok: false, trouble }, exitCode: 1 };

    const report: GuardReport = { fingerprint, startedAt: new Date().toISOString(), guards: [...known] };
    let next = 0;
    const tryInTurn = async (copy: ScratchCopy): Promise<void> => {
      for (let guard = asked[next++]; guard; guard = asked[next++]) {
        const verdict = await tryWithout(guard, copy, { ...place, folder: copy.folder });
        if (lifecycle.isStopping()) return;
        report.guards.push(verdict);
        writeReport(out, report);
        print(describeVerdict(verdict));
      }
    };
    await Promise.all(copies.map(tryInTurn));
    const unmissed = report.guards.filter(({ verdict }) => verdict !== 'killed').map(({ name }) => name);
    if (unmissed.length > 0) print(`Nothing fails without ${unmissed.join(', ')}.`);
    else print(`Each of ${report.guards.length} guards is missed when it is taken out.`);
    print(out);
    return { json: { ok: unmissed.length === 0, out, ...report }, exitCode: unmissed.length === 0 ? 0 : 1 };
  } finally {
    await lifecycle.stop();
  }
}

function chooseGuards(all: readonly Guard[], only: string | undefined): readonly Guard[] {
  if (only === undefined) return all;
  return only.split(',').map((name) => {
    const guard = all.find((known) => known.name === name.trim());
    if (!guard) throw usageError(`there is no guard '${name}'`);
    return guard;
  });
}

/** A test that fails anyway tells nothing about a guard. */
async function findTroubleOf(
  guards: readonly Guard[],
  place: Place,
  print: (line: string) => void,
): Promise<string | null> {
  const { passed, failed, trouble } = await runJest({
    ...place,
    tests: guards.flatMap(({ tests }) => tests),
    workers: 2,
    timeoutMs: BASELINE_TIMEOUT_MS,
  });
  if (trouble === undefined && failed.length === 0) {
    print(`  ${passed} tests pass`);
    return null;
  }
  const why = trouble ?? failed.map(({ test, message }) => `${test}\n  ${message}`).join('\n');
  print(`These fail with every guard in place:\n${why}`);
  return why;
}

async function tryWithout(guard: Guard, copy: ScratchCopy, place: Place) {
  const startedAt = performance.now();
  const result = await copy.without(guard, () =>
    runJest({ ...place, tests: guard.tests, workers: 1, timeoutMs: GUARD_TIMEOUT_MS }),
  );
  return judge(guard, result, (performance.now() - startedAt) / 1000);
}

async function startTestServices(print: (line: string) => void): Promise<TestServices> {
  const path = new URL('scripts/lib/test-services.mjs', ROOT).href;
  const module = (await import(path)) as {
    startTestServices(print: (line: string) => void): Promise<TestServices>;
  };
  return module.startTestServices(print);
}

await runCommand({
  name: 'npm run mutate-guards --',
  usage: ['[--only NAME,…]', '--list'],
  summary:
    'Takes the guards of the engine out, one at a time and in a copy of the sources, and runs the tests that must ' +
    'notice. Exit 1 when none of them fails: such a guard could be lost and nobody would know.',
  flags: {
    list: { help: 'name the guards and what they keep' },
    only: { value: 'LIST', help: 'some of them' },
    resume: { help: 'leave out what the last report says is killed, if the sources are the same' },
    out: { value: 'FILE', help: 'where the report goes and is read from (stress/results/tmp/guards.json)' },
  },
  run,
});
