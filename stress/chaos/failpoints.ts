/**
 * Every named point at which a process can be made to die, hang or wait. They lie at the edge of the libraries the engine
 * calls, so the engine has no code for them: see preload.ts, which only the campaign loads.
 */
export const FAILPOINTS = {
  'api.before-enqueue': 'admitted, and Bull has not been told',
  'api.after-enqueue': 'Bull has the job, and the shopper has no answer',
  'worker.before-write': 'the transaction holds the lock, and nothing is written',
  'worker.before-commit': 'inside the transaction: everything is written, nothing committed',
  'worker.after-commit': 'committed, and nothing announced',
  'worker.before-ack': 'announced, and the job is not completed',
  'any.after-epoch': 'a rebuild has raised the epoch, and the gate is not open',
} as const satisfies Record<string, string>;

export type Failpoint = keyof typeof FAILPOINTS;

/** What the first process does that comes by; the others go on. */
export type FailpointAct =
  /** Ends at once, as by kill -9. */
  | { act: 'die' }
  /** Its event loop stands still. */
  | { act: 'hang'; ms: number }
  /** Only what came by waits. */
  | { act: 'wait'; ms: number };
