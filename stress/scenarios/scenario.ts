import type { Settings, Stage, Verdict } from '../lib/stage.ts';

/** One way a crowd behaves. Sales, shoppers, drain, promises and report are the same for all: see run-scenario.ts. */
export interface Scenario {
  name: string;
  /** What the crowd does, in a line. */
  words: string;
  defaults: Settings;
  /** Where this scenario stands less than others. */
  atMost?: Partial<Settings>;
  /** Units of each sale, the hot one first; one sale of `stock` units when it is left out. */
  stocks?(settings: Settings): number[];
  /** Plays it until every wish has its answer. @returns what only this scenario can judge */
  play(stage: Stage): Promise<Verdict[]>;
}
