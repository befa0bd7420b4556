import { describe, expect, it } from '@jest/globals';
import { createTally } from './tally.ts';
import { now } from './wish.ts';

describe('a tally', () => {
  const answer = (httpStatus: number, sentAt: number, t: number) => ({
    ...{ t, sentAt, httpStatus },
    ...{ userId: 'u', saleId: 's' },
  });

  it('counts answers by what they say, and a cut one as none', () => {
    const tally = createTally();
    const at = now();
    for (const status of [202, 409, 0]) {
      tally.sent();
      tally.answered(answer(status, at, at + 5));
    }
    expect(tally.counts()).toEqual({
      ...{ attempts: 3, reads: 0, answers: 2, accepted: 1, refused: 1 },
    });
    expect(tally.times().refuse).toEqual([expect.closeTo(5, 2)]);
  });

  it('tells each answer in the step of the run it came in', () => {
    const tally = createTally();
    tally.sent();
    const began = tally.startedAt() ?? 0;
    tally.answered(answer(202, began, began + 20));
    tally.answered(answer(409, began + 20, began + 60));
    tally.answered(answer(409, began, began + 250));
    expect(tally.timeline()).toEqual({
      stepMs: 100,
      steps: [
        { t: 0, answers: 2, accepted: 1, refused: 1, slowestMs: expect.closeTo(40, 0) },
        { t: 100, answers: 0, accepted: 0, refused: 0, slowestMs: 0 },
        { t: 200, answers: 1, accepted: 0, refused: 1, slowestMs: expect.closeTo(250, 0) },
      ],
    });
    expect(tally.elapsedMs()).toBeCloseTo(250, 1);
  });

  it('keeps the time of a read only when it was answered', () => {
    const tally = createTally();
    tally.asked();
    tally.read('browse', now(), true);
    tally.read('browse', now(), false);
    expect(tally.times().browse).toHaveLength(1);
    expect(tally.counts()).toMatchObject({ reads: 1, answers: 2 });
  });

  it('tells an hour in at most a thousand steps, with nothing left out', () => {
    const tally = createTally();
    tally.sent();
    const began = tally.startedAt() ?? 0;
    for (let second = 0; second < 3_600; second += 1) {
      const t = began + second * 1_000 + 1;
      tally.answered(answer(202, t - 1, t));
    }
    const { stepMs, steps } = tally.timeline();
    expect(steps.length).toBeLessThanOrEqual(1_000);
    expect(steps.length * stepMs).toBeGreaterThanOrEqual(3_599_000);
    expect(steps.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(3_600);
  });
});
