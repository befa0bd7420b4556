import type { InvariantBody } from '../../src/contracts/http.ts';
import type { Machine } from './describe-machine.ts';
import type { LatencyFigures } from './percentiles.ts';
import type { Settings } from './stage.ts';
import type { Timeline } from './tally.ts';
import type { StoreSample } from './watch-stores.ts';

/** What a run found out: what `--json` prints, `--compare` reads and the report shows. */
export interface StressResult {
  /** Every promise holds and everything is decided. Thresholds are judged apart. */
  ok: boolean;
  scenario: string;
  words: string;
  /** When it began, ISO 8601. */
  at: string;
  url: string;
  machine: Machine;
  settings: Settings;
  stock: number;
  shoppers: number;
  /** The hot sale. */
  saleId: string;
  saleIds: string[];
  seconds: number;
  requests: number;
  retries: number;
  cutAnswers: number;
  /** Wishes by their last word. */
  accepted: number;
  refused: Record<string, number>;
  unanswered: number;
  /** Attempts by their outcome. */
  confirmed: number;
  rejected: number;
  answersPerSec: number;
  settledPerSec: number;
  /** ms: `accept`, `settle`, `outcome` and what else a scenario measures. */
  latencyMs: Record<string, LatencyFigures>;
  figures: Record<string, number>;
  generator: GeneratorLoad;
  drained: boolean;
  invariants: InvariantBody[];
  thresholds: ThresholdVerdict[];
  timeline: Timeline;
  samples: StoreSample[];
}

/** How much of a latency may be the generator's own. */
export interface GeneratorLoad {
  /** Share of its one thread that was busy, 0 to 1; near 1 it is the limit of the run. */
  busy: number;
  /** How late its timers were, p99, ms; contained in every latency. */
  delayMs: number;
}

export interface ThresholdVerdict {
  /** The option that asked for it. */
  option: string;
  limit: number;
  /** Null when this run did not measure it; that is a miss. */
  measured: number | null;
  ok: boolean;
}
