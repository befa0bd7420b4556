import { renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';
import type { Latency } from './measurement.ts';

/*
 * Loaded into every Node process the bench starts (NODE_OPTIONS=--import): measures how late its event loop is.
 *
 * It begins at one SIGUSR2, before a work, and ends at the next, after it: a timer every ten milliseconds is all it costs meanwhile,
 * and nothing a process whose turn it is not. There are a dozen of those, and their timers woke 1,200 times a second beside whatever was
 * measured. What it found is in `<folder>/<pid>.json`; `folder` is in this module's URL.
 */

export interface LoopReport {
  /** Epoch ms. */
  at: number;
  isMeasuring: boolean;
  /** Null while it measures, and when no timer came meanwhile. */
  found: Latency | null;
}

const EVERY_MS = 10;

if (isMainThread) {
  const folder = new URL(import.meta.url).searchParams.get('folder') ?? '.';
  const histogram = monitorEventLoopDelay({ resolution: EVERY_MS });
  // What it records is the time between two of its timers, ns.
  const late = (ns: number): number => Math.max(0, ns / 1e6 - EVERY_MS);
  const at = (share: number): number => late(histogram.percentile(share));
  let isMeasuring = false;
  const write = (found: LoopReport['found']): void => {
    const path = `${folder}/${process.pid}.json`;
    writeFileSync(`${path}.new`, JSON.stringify({ at: Date.now(), isMeasuring, found } satisfies LoopReport));
    renameSync(`${path}.new`, path);
  };
  const begin = (): void => {
    isMeasuring = true;
    histogram.reset();
    histogram.enable();
    write(null);
  };
  const end = (): void => {
    isMeasuring = false;
    histogram.disable();
    write(
      histogram.count === 0
        ? null
        : { p50: at(50), p95: at(95), p99: at(99), p999: at(99.9), max: late(histogram.max) },
    );
  };
  process.on('SIGUSR2', () => (isMeasuring ? end() : begin()));
  write(null); // a process that has a file does not die of the signal
}
