import { describe, expect, it } from '@jest/globals';
import { judgeMemory } from './judge-memory.ts';
import { createRandom } from './random.ts';

const MINUTES_MS = 60_000;

/** Read every two seconds for ten minutes. */
const aTrace = (rssMbAt: (atMs: number) => number) => ({
  role: 'api',
  pid: 1,
  samples: Array.from({ length: 300 }, (_, index) => ({
    atMs: index * 2_000,
    rssMb: rssMbAt(index * 2_000),
  })),
});
/** What a garbage collector makes of a heap: up, and down at once. */
const sawtooth = (atMs: number): number => ((atMs / 1_000) % 10) * 4;

describe('memory', () => {
  it('is flat when it goes up and down', () => {
    expect(judgeMemory([aTrace((atMs) => 120 + sawtooth(atMs))])).toMatchObject({ id: 'memory', ok: true });
  });

  it('is flat after a warm-up, whatever that took', () => {
    const warm = aTrace((atMs) => 60 + 80 * Math.min(1, atMs / (2 * MINUTES_MS)) + sawtooth(atMs));
    expect(judgeMemory([warm]).ok).toBe(true);
  });

  it('is flat for a fifth of readings that are far off, as those of a fault', () => {
    const random = createRandom('far off');
    const disturbed = aTrace((atMs) => (atMs > 8 * MINUTES_MS ? 400 * random.next() + 140 : 140));
    expect(judgeMemory([disturbed]).ok).toBe(true);
  });

  it('grows when each minute adds five megabytes under the ups and downs', () => {
    const leaking = aTrace((atMs) => 120 + sawtooth(atMs) + (5 * atMs) / MINUTES_MS);
    const verdict = judgeMemory([aTrace(() => 100), leaking]);
    expect(verdict.ok).toBe(false);
    expect(verdict.detail).toMatch(
      /^api 1 100 MB, \+0\.0 in \d+ s; api 1 1\d\d MB, \+3\d\.\d in \d+ s \(1\d\d /,
    );
  });

  it('has no trend in a process that lived for a moment', () => {
    const short = { role: 'api', pid: 2, samples: aTrace((atMs) => atMs).samples.slice(0, 30) };
    expect(judgeMemory([short])).toMatchObject({ ok: true, detail: expect.stringContaining('no process') });
  });
});
