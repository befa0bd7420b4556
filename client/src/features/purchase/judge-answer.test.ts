import { describe, expect, it } from '@jest/globals';
import { ERROR_CATALOGUE, type ErrorCode } from '../../../../src/contracts/error-catalogue.ts';
import { judgeAnswer, pauseBeforeTry } from './judge-answer.ts';
import { aProblem } from './testing/a-problem.ts';

const judge = (code: ErrorCode, wasUncertain = false) => judgeAnswer(aProblem(code), wasUncertain);

describe('judgeAnswer', () => {
  it.each(['gate_closed', 'overloaded'] as const)('asks again after %s: nothing counted', (code) => {
    expect(judge(code)).toMatchObject({ verdict: 'again', isUncertain: false });
  });

  it.each(['outcome_unknown', 'service_unavailable', 'internal_error'] as const)(
    'asks again after %s: it may have counted',
    (code) => {
      expect(judge(code)).toMatchObject({ verdict: 'again', isUncertain: true });
    },
  );

  it('asks again when the answer was lost: it may have counted', () => {
    expect(judgeAnswer({ kind: 'unreachable' }, false)).toMatchObject({
      verdict: 'again',
      isUncertain: true,
    });
  });

  it('takes every refusal of the gate for its last word', () => {
    for (const code of [
      'sold_out',
      'limit_reached',
      'sale_ended',
      'sale_paused',
      'not_enough_left',
    ] as const) {
      expect(judge(code, true).verdict).toBe('refused');
    }
  });

  it('ends a wish that was told to slow down only when no earlier try may have counted', () => {
    expect(judge('rate_limited', false).verdict).toBe('refused');
    expect(judge('rate_limited', true).verdict).toBe('again');
  });

  it('asks again after every trouble of the server, and takes every other code for a refusal', () => {
    for (const code of Object.keys(ERROR_CATALOGUE) as ErrorCode[]) {
      expect(judge(code).verdict).toBe(ERROR_CATALOGUE[code].status >= 500 ? 'again' : 'refused');
    }
  });
});

describe('pauseBeforeTry', () => {
  const rule = { firstMs: 400, longestMs: 8_000 };

  it('never comes back before the API asked for', () => {
    expect(pauseBeforeTry(1, 3_000, 0, rule)).toBe(3_000);
    expect(pauseBeforeTry(1, 3_000, 1, rule)).toBe(3_400);
  });

  it('doubles up to its longest, between half and all of it', () => {
    expect([1, 2, 3, 9].map((tried) => pauseBeforeTry(tried, undefined, 1, rule))).toEqual([
      400, 800, 1_600, 8_000,
    ]);
    expect(pauseBeforeTry(2, undefined, 0, rule)).toBe(400);
  });
});
