import type { Latency } from './measurement.ts';

/** What a generator sends: attempts of the crowd, or the same read again and again. */
export interface Load {
  url: string;
  /** With a query for a read. */
  path: string;
  connections: number;
  /** The longest it goes on, whole seconds. */
  seconds: number;
  attempts?: AttemptLoad;
}

export interface AttemptLoad {
  /** The body of each. */
  body: string;
  /** Access tokens, one a line. */
  tokensFile: string;
  /** Makes the idempotency keys of this load differ from those of any other. */
  keyPrefix: string;
  /** Ends when so many are answered; absent: when the time is up. */
  amount?: number;
}

export interface LoadResult {
  seconds: number;
  answers: number;
  /** Answers below 400. */
  accepted: number;
  refused: number;
  /** Requests that got no answer, by what went wrong. */
  errors: { connect: number; read: number; write: number; timeout: number };
  latencyMs: Latency;
  /** Share of its threads that the generator itself was busy, 0 to 1; null where it cannot be measured. */
  generatorBusy: number | null;
}

export interface Generator {
  name: 'wrk' | 'node:net';
  version: string;
  run(load: Load): Promise<LoadResult>;
  stop(): void;
}
