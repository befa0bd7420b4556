import type { JudgedBar } from './bars.ts';
import type { Circumstances } from './machine.ts';
import type { Measurement } from './measurement.ts';

/** A whole run, as its JSON file keeps it. */
export interface BenchReport {
  startedAt: string;
  seconds: number;
  /** Then the figures mean nothing. */
  isQuick: boolean;
  rounds: number;
  generator: { name: string; version: string };
  settings: { connections: number; [name: string]: unknown };
  circumstances: Circumstances;
  bars: JudgedBar[];
  /** Every promise that did not hold, in words; empty in a good run. */
  broken: string[];
  measurements: Measurement[];
}
