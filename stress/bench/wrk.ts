import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { readCpuSec } from './process-usage.ts';
import type { Generator, Load, LoadResult } from './load.ts';

const ATTEMPT_SCRIPT = fileURLToPath(new URL('./attempt.lua', import.meta.url));
const READ_SCRIPT = fileURLToPath(new URL('./read.lua', import.meta.url));

/** A thread makes some 70,000 requests a second; more threads than a quarter of the cores take from what is measured. */
const THREADS = Math.max(1, Math.floor(availableParallelism() / 4));

/** wrk when it is on the path; null otherwise. */
export async function findWrk(): Promise<Generator | null> {
  const version = await new Promise<string | null>((resolve) => {
    execFile('wrk', ['--version'], (error, stdout) => {
      // wrk ends with code 1 after telling its version.
      resolve((error as NodeJS.ErrnoException | null)?.code === 'ENOENT' ? null : stdout);
    });
  });
  const name = version && /^wrk (\S+)/m.exec(version)?.[1];
  return name ? { name: 'wrk', version: name, run: runWrk, stop: () => undefined } : null;
}

interface WrkSummary extends Record<'p50' | 'p95' | 'p99' | 'p999' | 'max', number> {
  durationUs: number;
  requests: number;
  refused: number;
  connect: number;
  read: number;
  write: number;
  timeout: number;
}

async function runWrk(load: Load): Promise<LoadResult> {
  const child = spawn('wrk', argumentsFor(load), { stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid === undefined) throw new Error('wrk could not be started');
  let cpuSec: number | null = null;
  const readCpu = (): void => void readCpuSec(pid).then((read) => (cpuSec = read ?? cpuSec));
  const watching = setInterval(readCpu, 100);

  let threadsLeft = THREADS;
  let summary: WrkSummary | undefined;
  let output = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'answered') {
      threadsLeft -= 1;
      // wrk sleeps until its time is up; an interrupt wakes it, and it tells its figures as always.
      if (threadsLeft === 0) child.kill('SIGINT');
    } else if (line.startsWith('{')) summary = JSON.parse(line) as WrkSummary;
    else output += `${line}\n`;
  });
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child, 'close');
  clearInterval(watching);
  if (!summary) throw new Error(`wrk ended without its figures:\n${output}`);
  return present(summary, cpuSec);
}

function argumentsFor({ url, path, connections, seconds, attempts }: Load): string[] {
  const threads = String(THREADS);
  const common = ['-t', threads, '-c', String(connections), '-d', `${seconds}s`, '--timeout', '10s'];
  if (!attempts) return [...common, '-s', READ_SCRIPT, `${url}${path}`];
  const { body, tokensFile, keyPrefix, amount = 0 } = attempts;
  return [
    ...common,
    ...['-s', ATTEMPT_SCRIPT, `${url}${path}`, '--', tokensFile, body, keyPrefix],
    ...[String(amount), String(connections), threads],
  ];
}

function present(summary: WrkSummary, cpuSec: number | null): LoadResult {
  const { requests, refused, connect, read, write, timeout } = summary;
  const seconds = summary.durationUs / 1e6;
  const ms = (us: number): number => us / 1000;
  return {
    seconds,
    answers: requests,
    accepted: requests - refused,
    refused,
    errors: { connect, read, write, timeout },
    latencyMs: {
      p50: ms(summary.p50),
      p95: ms(summary.p95),
      p99: ms(summary.p99),
      p999: ms(summary.p999),
      max: ms(summary.max),
    },
    generatorBusy: cpuSec === null ? null : Math.min(1, cpuSec / seconds / THREADS),
  };
}
