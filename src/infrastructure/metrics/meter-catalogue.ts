interface CounterMeter {
  type: 'counter';
  help: string;
  labels: readonly string[];
}

interface HistogramMeter {
  type: 'histogram';
  help: string;
  labels: readonly string[];
  /** Upper bounds. Stored counts are by position: who changes bounds gives the metric a new name. */
  bounds: readonly number[];
}

/** OpenTelemetry's advice for HTTP, and three below it: most of our answers take less than its first. */
export const SECONDS = [
  ...[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
] as const;
/** Up to what a gate call or a transaction takes at most. */
const ATTEMPTS = [1, 2, 5, 10, 20, 50, 100, 200, 300, 400, 500] as const;

/**
 * What processes count themselves, each for all of its kind: names after OpenTelemetry's semantic conventions where it
 * has one, in base units. Labels have few values: never an id of a user, an attempt or a request.
 */
export const METERS = {
  http_server_request_duration_seconds: {
    type: 'histogram',
    help: 'From the head of a request to the end of its answer. Its count is the number of requests.',
    labels: ['http_request_method', 'http_route', 'http_response_status_code'],
    bounds: SECONDS,
  },
  stampede_gate_batch_attempts: {
    type: 'histogram',
    help: 'Attempts that shared one call of the gate.',
    labels: [],
    bounds: ATTEMPTS,
  },
  stampede_settle_batch_attempts: {
    type: 'histogram',
    help: 'Attempts that shared one settling transaction.',
    labels: [],
    bounds: ATTEMPTS,
  },
  stampede_settle_lock_wait_seconds: {
    type: 'histogram',
    help: 'From asking for a connection until the transaction has the lock of its stock.',
    labels: [],
    bounds: SECONDS,
  },
  stampede_settle_connection_hold_seconds: {
    type: 'histogram',
    help: 'From asking for a connection until the settling transaction has ended, either way.',
    labels: [],
    bounds: SECONDS,
  },
  nodejs_eventloop_delay_max_seconds: {
    type: 'histogram',
    help: 'The longest the event loop of a process was late, every 2 s.',
    labels: ['role'],
    bounds: SECONDS,
  },
  process_cpu_seconds_total: {
    type: 'counter',
    help: 'CPU time of all processes of a role, those that ended included.',
    labels: ['role'],
  },
} as const satisfies Record<string, CounterMeter | HistogramMeter>;

export type MeterName = keyof typeof METERS;
type NameOf<Type> = {
  [Name in MeterName]: (typeof METERS)[Name]['type'] extends Type ? Name : never;
}[MeterName];
export type CounterName = NameOf<'counter'>;
export type HistogramName = NameOf<'histogram'>;
