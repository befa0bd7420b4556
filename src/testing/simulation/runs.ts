/** How long the simulation runs: a little in `npm test`, long in `npm run simulate`. */
export interface Runs {
  histories: number;
  replays: number;
  /** Of a failure that is to be seen again; both were printed. */
  seed?: number;
  path?: string;
}

/** @param env  SIMULATE_HISTORIES, SIMULATE_REPLAYS, SIMULATE_SEED, SIMULATE_PATH */
export function readRuns(env: NodeJS.ProcessEnv): Runs {
  return {
    histories: Number(env.SIMULATE_HISTORIES ?? 500),
    replays: Number(env.SIMULATE_REPLAYS ?? 50),
    ...(env.SIMULATE_SEED ? { seed: Number(env.SIMULATE_SEED) } : {}),
    ...(env.SIMULATE_PATH ? { path: env.SIMULATE_PATH } : {}),
  };
}

/** What `fc.assert` takes; a failing seed is printed with the history it was shrunk to. */
export function assertOptions({ seed, path }: Runs, numRuns: number) {
  return { numRuns, ...(seed === undefined ? {} : { seed }), ...(path === undefined ? {} : { path }) };
}
