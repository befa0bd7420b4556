import { describe, expect, it } from '@jest/globals';
import { silentLogger } from '../logging/logger.ts';
import { createSpanExporter } from './span-exporter.ts';
import { createSampler, newSpanId, newTraceId, readTraceparent, writeTraceparent } from './trace-context.ts';

describe('a traceparent', () => {
  it('is read as it is written', () => {
    const context = { traceId: newTraceId(), spanId: newSpanId() };
    expect(readTraceparent(writeTraceparent(context))).toEqual({ ...context, isKept: true });
  });

  it('tells whether its caller keeps the trace', () => {
    const text = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-02';
    expect(readTraceparent(text)).toMatchObject({ isKept: false });
  });

  it.each([
    undefined,
    7,
    '',
    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331',
    '00-00000000000000000000000000000000-b7ad6b7169203331-01',
    '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
    '00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01',
  ])('that is none is not believed: %j', (text) => {
    expect(readTraceparent(text)).toBeNull();
  });
});

describe('a sampler', () => {
  const ids = Array.from({ length: 5_000 }, newTraceId);
  const kept = (name: string, ratio: number) =>
    ids.filter((id) => createSampler(name, ratio)(id, null)).length;
  const caller = (isKept: boolean) => ({ traceId: newTraceId(), spanId: newSpanId(), isKept });

  it('of a share keeps none at 0, all at 1, and a tenth at 0.1', () => {
    expect([kept('traceidratio', 0), kept('traceidratio', 1)]).toEqual([0, 5_000]);
    expect(kept('traceidratio', 0.1)).toBeGreaterThan(300);
    expect(kept('traceidratio', 0.1)).toBeLessThan(700);
  });

  it('of all or of none has no share', () => {
    expect([kept('always_on', 0), kept('always_off', 1), kept('parentbased_always_off', 1)]).toEqual([
      5_000, 0, 0,
    ]);
  });

  it('asks a caller only when it is told to', () => {
    const decide = (name: string, isKept: boolean) => createSampler(name, 1)(ids[0]!, caller(isKept));
    expect([decide('traceidratio', false), decide('always_off', true)]).toEqual([true, false]);
    expect([decide('parentbased_traceidratio', false), decide('parentbased_always_off', true)]).toEqual([
      false,
      true,
    ]);
  });
});

describe('a receiver that is away', () => {
  it('is told of once, and holds nothing up', async () => {
    const warnings: string[] = [];
    const exporter = createSpanExporter({
      ...{ endpoint: 'http://127.0.0.1:9', serviceName: 'stampede', role: 'api' },
      logger: { ...silentLogger, warn: (message) => void warnings.push(message) },
    });
    const ids = { traceId: newTraceId(), spanId: newSpanId() };
    const span = { ...ids, name: 'x', kind: 'internal' as const, startMs: 1, endMs: 2, attributes: {} };
    for (let round = 0; round < 2; round += 1) {
      exporter.record(span);
      await exporter.close();
    }
    expect(warnings).toEqual(['traces are lost: their receiver does not take them']);
  });
});
