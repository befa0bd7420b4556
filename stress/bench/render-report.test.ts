import { describe, expect, it } from '@jest/globals';
import type { Latency, Measurement } from './measurement.ts';
import { renderGrowth } from './render-growth.ts';
import { renderLatencies, renderLoops } from './render-tables.ts';
import { summarise } from './summary.ts';

const latency = (p50: number): Latency => ({ p50, p95: 200, p99: 300, p999: 400, max: 500 });

const measured = (of: Partial<Measurement>): Measurement => ({
  ...{ contender: 'stampede', work: 'seen-drop', round: 1, figures: {}, counts: {}, usage: {} },
  ...{ generatorBusy: null, samples: [], invariants: [] },
  ...of,
});

/** The cells of each row of a table's body. */
const rowsOf = (html: string): string[][] =>
  [...html.matchAll(/<tr>(<td>.*?)<\/tr>/g)].map(([, row]) =>
    [...(row ?? '').matchAll(/<td>(.*?)<\/td>/g)].map(([, cell]) => cell ?? ''),
  );

describe('the latencies in a report', () => {
  it('tell accepted, refused, settled and seen apart, each with its rate', () => {
    const html = renderLatencies(
      summarise([
        measured({
          figures: {
            answeredPerSec: 4_000,
            acceptedPerSec: 800,
            refusedPerSec: 3_200,
            settledPerSec: 700,
            seenPerSec: 150,
          },
          ...{ latencyMs: latency(1), acceptedMs: latency(2), refusedMs: latency(3) },
          ...{ settleMs: latency(4), outcomeMs: latency(5), seenMs: latency(6) },
        }),
      ]),
    );
    expect(rowsOf(html).map(([name, rate, p50]) => [name?.split(', ').at(-1), rate, p50])).toEqual([
      ['all answers', '4,000', '1.00'],
      ['accepted', '800', '2.00'],
      ['refused', '3,200', '3.00'],
      ['settled', '700', '4.00'],
      ['outcome on the socket', '150', '5.00'],
      ['seen', '150', '6.00'],
    ]);
  });

  it('say once what all answers were, when they were of one kind', () => {
    const one = measured({
      ...{ figures: { acceptedPerSec: 900 }, latencyMs: latency(2), acceptedMs: latency(2) },
    });
    expect(rowsOf(renderLatencies(summarise([one])))).toHaveLength(1);
  });
});

describe('the event loops in a report', () => {
  it('have a row a process', () => {
    const usage = {
      api: { cpuSec: 1, processes: 2, maxRssMb: 1, loopDelaysMs: [latency(1), latency(2)] },
      worker: { cpuSec: 1, processes: 1, maxRssMb: 1, loopDelaysMs: [latency(3)] },
    };
    expect(rowsOf(renderLoops(summarise([measured({ usage })]))).map((row) => row.slice(1, 3))).toEqual([
      ['api 1', '1.00'],
      ['api 2', '2.00'],
      ['worker', '3.00'],
    ]);
  });
});

describe('growth in a report', () => {
  it('is a row a size, and the largest sale on its way', () => {
    const usage = { api: { cpuSec: 0.2, processes: 2, maxRssMb: 1 } };
    const stage = (attempts: number) => ({ attempts, settledPerSec: 500, settleMs: latency(1), usage });
    const html = renderGrowth([
      measured({
        ...{ work: 'growth-1k', figures: { attempts: 1_000 } },
        growth: { stages: [stage(1_000)], redisBytes: { known: 1 } },
      }),
      measured({
        ...{ work: 'growth-10k', figures: { attempts: 2_000 } },
        growth: { stages: [stage(1_000), stage(2_000)], redisBytes: { latest: 2_000, known: 4_000 } },
      }),
    ]);
    expect(html).toContain('known 2.00, latest 1.00');
    const times = ['1,000', '2,000'];
    const memory = times;
    const onItsWay = ['1,000', '2,000'];
    expect(rowsOf(html).map(([attempts]) => attempts)).toEqual([...times, ...memory, ...onItsWay]);
    expect(rowsOf(html).at(-1)?.at(-1)).toBe('200');
  });

  it('is not spoken of when it was not measured', () => {
    expect(renderGrowth([measured({})])).toBe('');
  });
});
