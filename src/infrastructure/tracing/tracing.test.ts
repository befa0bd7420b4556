import { describe, expect, it } from '@jest/globals';
import { silentLogger } from '../logging/logger.ts';
import { createSpanExporter } from './span-exporter.ts';
import { isSampled, newSpanId, newTraceId, readTraceparent, writeTraceparent } from './trace-context.ts';

describe('a traceparent', () => {
  it('is read as it is written', () => {
    const context = { traceId: newTraceId(), spanId: newSpanId() };
    expect(readTraceparent(writeTraceparent(context))).toEqual(context);
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

describe('the share of traces', () => {
  it('is none at 0, all at 1, and a tenth at 0.1', () => {
    const ids = Array.from({ length: 5_000 }, newTraceId);
    const kept = (ratio: number) => ids.filter((id) => isSampled(id, ratio)).length;
    expect([kept(0), kept(1)]).toEqual([0, 5_000]);
    expect(kept(0.1)).toBeGreaterThan(300);
    expect(kept(0.1)).toBeLessThan(700);
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
