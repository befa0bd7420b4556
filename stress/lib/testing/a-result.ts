import { percentiles } from '../percentiles.ts';
import type { StressResult } from '../result.ts';

/** A result for tests that show only what matters to them. */
export function aResult(some: Partial<StressResult> = {}): StressResult {
  return {
    ...{ ok: true, scenario: 'drop', words: 'everybody wants one', at: '2026-01-01T00:00:00.000Z' },
    url: 'http://localhost:3000',
    machine: { cores: 2, processor: 'one', memoryGb: 4, system: 'Linux', node: 'v20', version: '0.1.0' },
    settings: { stock: 10, shoppers: 20, connections: 4, rate: 0, duration: 60, sales: 1 },
    ...{ stock: 10, shoppers: 20, saleId: 's', saleIds: ['s'], seconds: 2, requests: 20, retries: 0 },
    ...{ cutAnswers: 0, accepted: 10, refused: { sold_out: 10 }, unanswered: 0, confirmed: 10, rejected: 0 },
    ...{ answersPerSec: 1000, settledPerSec: 500, latencyMs: { accept: percentiles([4, 8]) } },
    ...{ figures: {}, generator: { busy: 0.5, delayMs: 1 }, drained: true },
    ...{ invariants: [], thresholds: [], timeline: { stepMs: 100, steps: [] }, samples: [] },
    ...some,
  };
}
