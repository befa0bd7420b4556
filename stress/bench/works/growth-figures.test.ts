import { describe, expect, it } from '@jest/globals';
import type { Latency } from '../measurement.ts';
import { growthFigures, growthStages, mediansOf } from './growth-figures.ts';
import type { Stage } from './sell-in-stages.ts';

const none: Latency = { p50: 0, p95: 0, p99: 0, p999: 0, max: 0 };

const aStage = (attempts: number, seconds: number, apiSec: number, apiRssMb: number): Stage => ({
  attempts,
  drained: true,
  result: {
    ...{ seconds: seconds / 2, answers: attempts, accepted: attempts, refused: 0 },
    ...{ errors: { connect: 0, read: 0, write: 0, timeout: 0 }, latencyMs: none, generatorBusy: null },
  },
  settled: {
    ...{
      confirmed: attempts,
      rejected: 0,
      firstAdmittedAtMs: 0,
      lastAdmittedAtMs: 0,
      seconds,
      settleMs: none,
    },
  },
  usage: {
    api: { cpuSec: apiSec, processes: 2, maxRssMb: apiRssMb, peakRssMb: apiRssMb + 50 },
    worker: { cpuSec: apiSec, processes: 1, maxRssMb: 90 },
    redis: { cpuSec: apiSec, processes: 1, maxRssMb: 80 },
    postgres: { cpuSec: apiSec, processes: 9, maxRssMb: 70 },
  },
});

describe('what a sale in stages costs', () => {
  const stages = [aStage(1_000, 2, 0.1, 180), aStage(1_000, 3, 0.2, 150)];

  it('is the processor time of its last stage, of all processes', () => {
    const figures = growthFigures(stages);
    expect(figures.allCpuUs).toBeCloseTo(800);
    expect(figures.nodeCpuUs).toBeCloseTo(400);
    expect(figures.storeCpuUs).toBeCloseTo(400);
  });

  it('is the time of all its stages and the most memory after any of them', () => {
    expect(growthFigures(stages)).toMatchObject({
      ...{ attempts: 2_000, tookSec: 5, settledPerSec: 400, acceptedPerSec: 800 },
      ...{ apiRssMb: 180, apiPeakRssMb: 200, workerRssMb: 90, redisRssMb: 80 },
    });
  });

  it('is told stage by stage with the attempts so far', () => {
    expect(growthStages(stages).map(({ attempts, settledPerSec }) => [attempts, settledPerSec])).toEqual([
      [1_000, 500],
      [2_000, 1_000 / 3],
    ]);
  });

  it('of several sales is the median of each figure', () => {
    const sales = [
      { tookSec: 1, allCpuUs: 9 },
      { tookSec: 3, allCpuUs: 7 },
      { tookSec: 2, allCpuUs: 8 },
    ];
    expect(mediansOf(sales)).toEqual({ tookSec: 2, allCpuUs: 8 });
  });
});
