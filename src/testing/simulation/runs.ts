/** How long the simulation runs: a little in `npm test`, long in `npm run simulate`. */
export interface Runs {
  histories: number;
  replays: number;
  /** The same histories every time in `npm test`, so that it says the same of the same code; others in the long run. */
  seed: number;
  /** Of a failure that is to be seen again; printed with its seed. */
  path?: string;
}

/** @param env  SIMULATE_HISTORIES, SIMULATE_REPLAYS, SIMULATE_SEED, SIMULATE_PATH */
export function readRuns(env: NodeJS.ProcessEnv): Runs {
  return {
    histories: Number(env.SIMULATE_HISTORIES ?? 500),
    replays: Number(env.SIMULATE_REPLAYS ?? 50),
    seed: Number(env.SIMULATE_SEED ?? 1),
    ...(env.SIMULATE_PATH ? { path: env.SIMULATE_PATH } : {}),
  };
}

/** What `fc.assert` takes; a failing seed is printed with the history it was shrunk to. */
export function assertOptions({ seed, path }: Runs, numRuns: number) {
  return { numRuns, seed, ...(path === undefined ? {} : { path }) };
}
