import { renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';
import type { Latency } from './measurement.ts';

/*
 * Loaded into every Node process the bench starts (NODE_OPTIONS=--import): measures how late its event loop is.
 *
 * A timer every ten milliseconds is all it costs the process while it works. On SIGUSR2, before and after a work, it
 * writes what it found since the last time to `<folder>/<pid>.json` and begins anew; `folder` is in this module's URL.
 */

export interface LoopReport {
  /** Epoch ms. */
  at: number;
  /** Null before the first timer. */
  found: Latency | null;
}

const EVERY_MS = 10;

if (isMainThread) {
  const folder = new URL(import.meta.url).searchParams.get('folder') ?? '.';
  const histogram = monitorEventLoopDelay({ resolution: EVERY_MS });
  // What it records is the time between two of its timers, ns.
  const late = (ns: number): number => Math.max(0, ns / 1e6 - EVERY_MS);
  const at = (share: number): number => late(histogram.percentile(share));
  const write = (): void => {
    const found: LoopReport['found'] =
      histogram.count === 0
        ? null
        : { p50: at(50), p95: at(95), p99: at(99), p999: at(99.9), max: late(histogram.max) };
    const path = `${folder}/${process.pid}.json`;
    writeFileSync(`${path}.new`, JSON.stringify({ at: Date.now(), found } satisfies LoopReport));
    renameSync(`${path}.new`, path);
    histogram.reset();
  };
  histogram.enable();
  process.on('SIGUSR2', write);
  write(); // a process that has a file does not die of the signal
}
