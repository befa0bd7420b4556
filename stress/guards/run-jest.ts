import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GuardTest } from './read-guards.ts';

export interface JestRun {
  /** Where the sources are, with `node_modules`. */
  folder: string;
  tests: readonly GuardTest[];
  /** What the tests find their services by. */
  env: NodeJS.ProcessEnv;
  workers: number;
  /** It and all it started are killed after this, ms. */
  timeoutMs: number;
  signal: AbortSignal;
}

export interface JestResult {
  passed: number;
  failed: { test: string; path: string; message: string }[];
  /** Why there is no verdict: no test ran, a file could not be loaded, it did not end. */
  trouble?: string;
}

/** As far as it is read. */
interface JestReport {
  numPassedTests: number;
  testResults: {
    name: string;
    message: string;
    assertionResults: { status: string; fullName: string; failureMessages: string[] }[];
  }[];
}

/** Runs some tests of a copy of the sources. */
export async function runJest(run: JestRun): Promise<JestResult> {
  const { folder, tests, workers } = run;
  const reportPath = join(folder, '.jest-report.json');
  await rm(reportPath, { force: true });
  const names = tests.flatMap(({ named }) => named ?? []);
  const isNarrow = names.length === tests.length;
  const paths = [...new Set(tests.map(({ path }) => path))];
  const args = [
    join(folder, 'node_modules/jest/bin/jest.js'),
    ...(workers === 1 ? ['--runInBand'] : [`--maxWorkers=${workers}`]),
    ...['--forceExit', '--silent', '--json', `--outputFile=${reportPath}`],
    `--cacheDirectory=${join(folder, '.jest-cache')}`,
    ...(isNarrow ? [`--testNamePattern=${names.map(escapeRegExp).join('|')}`] : []),
    ...paths.map((path) => `${escapeRegExp(path)}$`),
  ];
  const { endedInTime, output } = await runToItsEnd(args, run);
  const text = await readFile(reportPath, 'utf8').catch(() => undefined);
  if (!endedInTime)
    return { passed: 0, failed: [], trouble: `not at its end within ${run.timeoutMs / 1000} s` };
  if (text === undefined) return { passed: 0, failed: [], trouble: output.trimEnd().slice(-2_000) };
  return readReport(JSON.parse(text) as JestReport, folder);
}

function readReport({ numPassedTests, testResults }: JestReport, folder: string): JestResult {
  const failed = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => ({
        test: fullName,
        path: name.slice(folder.length + 1),
        message: firstLines(failureMessages[0] ?? ''),
      })),
  );
  // Not the same as a test that fails: such a file has no tests, and says nothing about the guard.
  const unloaded = testResults.find(
    ({ assertionResults, message }) => assertionResults.length === 0 && message !== '',
  );
  if (unloaded) return { passed: 0, failed: [], trouble: firstLines(unloaded.message, 12) };
  if (failed.length === 0 && numPassedTests === 0) return { passed: 0, failed, trouble: 'no test ran' };
  return { passed: numPassedTests, failed };
}

function firstLines(message: string, count = 4): string {
  const lines = message.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '' && !line.startsWith('at '))
    .slice(0, count)
    .join(' · ');
}

/** In a process group of its own, so that the servers its tests started end with it. */
function runToItsEnd(
  args: readonly string[],
  { folder, env, timeoutMs, signal }: JestRun,
): Promise<{ endedInTime: boolean; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: {
        ...env,
        FORCE_COLOR: '0',
        NODE_ENV: 'test',
        NODE_OPTIONS: '--experimental-vm-modules --no-warnings',
      },
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    let endedInTime = true;
    const killAll = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // All of the group has ended already.
      }
    };
    const timer = setTimeout(() => {
      endedInTime = false;
      killAll();
    }, timeoutMs);
    signal.addEventListener('abort', killAll);
    child.stderr.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-20_000)));
    child.once('error', reject);
    // Its own end, not its pipe's: a server that a test left behind holds that open.
    child.once('exit', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', killAll);
      killAll();
      resolve({ endedInTime, output });
    });
  });
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
