import { describe, expect, it } from '@jest/globals';
import type { Latency, Measurement } from './measurement.ts';
import { generatorCeiling, summarise } from './summary.ts';

const latency = (p99: number): Latency => ({ p50: 1, p95: 2, p99, p999: 4, max: 5 });

const measured = (round: number, of: Partial<Measurement>): Measurement => ({
  ...{ contender: 'stampede', work: 'everybody-wins', round, figures: {}, counts: {}, usage: {} },
  ...{ generatorBusy: null, samples: [], invariants: [] },
  ...of,
});

describe('a summary', () => {
  it('has the median over the rounds of each latency that was measured', () => {
    const [summary] = summarise([
      measured(1, { acceptedMs: latency(10) }),
      measured(2, { acceptedMs: latency(30), seenMs: latency(7) }),
      measured(3, { acceptedMs: latency(20) }),
    ]);
    expect(summary?.latencies).toEqual({ acceptedMs: latency(20), seenMs: latency(7) });
  });

  it('keeps the event loops of the processes of a role apart', () => {
    const usage = (...p99s: number[]) => ({
      api: { cpuSec: 1, processes: 2, maxRssMb: 1, loopDelaysMs: p99s.map(latency) },
      redis: { cpuSec: 1, processes: 1, maxRssMb: 1 },
    });
    const [summary] = summarise([
      measured(1, { usage: usage(10, 1) }),
      measured(2, { usage: usage(30, 3) }),
      measured(3, { usage: usage(20, 2) }),
    ]);
    expect(summary?.loopDelaysMs).toEqual({ api: [latency(20), latency(2)] });
  });
});

describe("the generator's own ceiling", () => {
  const bare = (postsPerSec: number, generatorBusy: number | null) =>
    measured(1, { contender: 'bare', work: 'post', figures: { postsPerSec }, generatorBusy });

  it('is what it would send if it were busy all the time', () => {
    expect(generatorCeiling(summarise([bare(40_000, 0.5)]))).toBe(80_000);
  });

  it('is told by the work where it was busiest, and not at all where nothing is known', () => {
    const idle = measured(1, {
      ...{ contender: 'express', work: 'post', figures: { postsPerSec: 5_000 }, generatorBusy: 0.1 },
    });
    expect(generatorCeiling(summarise([idle, bare(40_000, 0.5)]))).toBe(80_000);
    expect(generatorCeiling(summarise([bare(40_000, null)]))).toBeNull();
  });
});
