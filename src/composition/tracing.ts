import type { BeginAttemptTrace, TraceSteps } from '../features/purchase/trace-steps.ts';
import { CHANNELS } from '../infrastructure/redis/keys.ts';
import type { BeginTrace } from '../infrastructure/tracing/begin-trace.ts';
import type { CompositionDeps, Stores } from './stores.ts';

export interface Tracing {
  /** Absent when nothing is traced. */
  begin?: BeginTrace;
  beginAttempt?: BeginAttemptTrace;
  steps: Omit<TraceSteps, 'hearTraces'>;
}

/** Without a receiver every step stays the very function it was. */
const UNTRACED: Tracing = {
  steps: {
    admit: (admit) => admit,
    enqueue: (enqueue) => enqueue,
    settle: (settle) => settle,
    announce: (announce) => announce,
    hearOutcomes: (hear) => hear,
    sendOutcome: (send) => send,
  },
};

/** Traces requests when OTEL_EXPORTER_OTLP_ENDPOINT names a receiver; else what sends spans is not even loaded. */
export async function composeTracing(
  { env, logger, lifecycle }: CompositionDeps,
  { redis, subscriptions }: Pick<Stores, 'redis' | 'subscriptions'>,
  role: 'api' | 'worker',
): Promise<Tracing> {
  const { otlpEndpoint: endpoint, otlpHeaders: headers, otelServiceName: serviceName } = env;
  if (endpoint === undefined) return UNTRACED;
  const [{ createSpanExporter }, { createBeginTrace }, { createSampler }, traceSteps] = await Promise.all([
    import('../infrastructure/tracing/span-exporter.ts'),
    import('../infrastructure/tracing/begin-trace.ts'),
    import('../infrastructure/tracing/trace-context.ts'),
    import('../features/purchase/trace-steps.ts'),
  ]);
  const { otelResourceAttributes: resourceAttributes } = env;
  const exporter = createSpanExporter({
    ...{ endpoint, headers, serviceName, resourceAttributes, role, logger },
  });
  lifecycle.onStop('traces', () => exporter.close());
  const begin = createBeginTrace({
    exporter,
    sampler: createSampler(env.tracesSampler, env.tracesRatio),
  });
  const { hearTraces, ...steps } = traceSteps.createTraceSteps({
    exporter,
    // On the connection of the announcement that follows: Redis passes them on in this order.
    tellTraces: (message) => void redis.publish(CHANNELS.traces, message).catch(() => undefined),
  });
  if (role === 'api') await subscriptions.on(CHANNELS.traces, hearTraces);
  return { begin, beginAttempt: traceSteps.createBeginAttemptTrace({ begin }), steps };
}
