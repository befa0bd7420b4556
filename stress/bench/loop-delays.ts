import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signal } from '../../src/infrastructure/embedded/process-table.ts';
import { findRoot } from '../../src/utils/find-root.ts';
import type { LoopReport } from './loop-probe.ts';
import type { Latency } from './measurement.ts';
import type { Pids } from './process-usage.ts';

const ANSWERED_WITHIN_MS = 2_000;

let folder: string | undefined;

/** `NODE_OPTIONS` of a process whose event loop is to be watched; loop-probe.ts says what that costs. */
export function watchedLoopOptions(): string {
  folder ??= makeFolder();
  // Of the build, also when the bench itself is not: the processes it is for are.
  const probe = new URL('dist/stress/bench/loop-probe.js', findRoot(import.meta.url));
  probe.searchParams.set('folder', folder);
  return `--import=${probe.href}`;
}

function makeFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'stampede-bench-loops-'));
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Measures from now on; a process that stands still (SIGSTOP) begins when it goes on. */
export async function beginLoopDelays(pids: Pids): Promise<void> {
  await endLoopDelays(pids);
  for (const pid of Object.values(pids).flat()) {
    // Others would die of the signal.
    if (await readReport(pid)) signal(pid, 'SIGUSR2');
  }
}

/** How late each process' event loop was since it began to be measured, by role, ms; it is measured no longer. */
export async function endLoopDelays(pids: Pids): Promise<Record<string, Latency[]>> {
  const delays: Record<string, Latency[]> = {};
  for (const [role, own] of Object.entries(pids)) {
    const found = (await Promise.all(own.map(endLoopDelay))).filter((delay) => delay !== null);
    if (found.length > 0) delays[role] = found;
  }
  return delays;
}

async function endLoopDelay(pid: number): Promise<Latency | null> {
  if (!(await readReport(pid))?.isMeasuring) return null;
  const askedAt = Date.now();
  signal(pid, 'SIGUSR2');
  while (Date.now() < askedAt + ANSWERED_WITHIN_MS) {
    const report = await readReport(pid);
    if (report && report.at >= askedAt) return report.found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return null;
}

async function readReport(pid: number): Promise<LoopReport | null> {
  const text =
    folder === undefined ? '' : await readFile(join(folder, `${pid}.json`), 'utf8').catch(() => '');
  return text === '' ? null : (JSON.parse(text) as LoopReport);
}
