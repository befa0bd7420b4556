import type { BeginTrace, TraceSteps } from '../features/purchase/trace-steps.ts';
import type { CompositionDeps } from './stores.ts';

export interface Tracing {
  /** Absent when nothing is traced. */
  begin?: BeginTrace;
  steps: TraceSteps;
}

/** Without a receiver every step stays the very function it was. */
const UNTRACED: Tracing = {
  steps: {
    admit: (admit) => admit,
    enqueue: (enqueue) => enqueue,
    settle: (settle) => settle,
    announce: (announce) => announce,
    hearOutcomes: (hear) => hear,
  },
};

/** Traces attempts when OTEL_EXPORTER_OTLP_ENDPOINT names a receiver; else nothing of it is even loaded. */
export async function composeTracing(
  { env, logger, lifecycle }: CompositionDeps,
  role: 'api' | 'worker',
): Promise<Tracing> {
  const { otlpEndpoint: endpoint, otelServiceName: serviceName, tracesRatio: ratio } = env;
  if (endpoint === undefined) return UNTRACED;
  const [{ createSpanExporter }, { createBeginTrace, createTraceSteps }] = await Promise.all([
    import('../infrastructure/tracing/span-exporter.ts'),
    import('../features/purchase/trace-steps.ts'),
  ]);
  const exporter = createSpanExporter({ endpoint, serviceName, role, logger });
  lifecycle.onStop('traces', () => exporter.close());
  return { begin: createBeginTrace({ exporter, ratio }), steps: createTraceSteps({ exporter }) };
}
