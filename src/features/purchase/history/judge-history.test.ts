import { describe, expect, it } from '@jest/globals';
import { EPOCH_SPAN } from '../../../utils/sequence.ts';
import type { HistoryRules } from './history.ts';
import { judgeHistory } from './judge-history.ts';
import {
  aDecided,
  aHistory,
  anAcceptance,
  anAnswer,
  anOrder,
  aRefusal,
  OPENS_AT,
  shopperOf,
  type Spoil,
} from './testing/a-history.ts';
import { BAD_HISTORIES } from './testing/bad-histories.ts';

const PROMISES = ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9', 'I10', 'I11', 'I12'];

/** Sent before anybody was told sold out. */
const BEFORE_ALL = { sentAt: OPENS_AT + 1_000 };

/** The promises that are broken, each with the lines that show it. */
function brokenBy(spoil: Spoil, rules: HistoryRules = {}): Record<string, number[]> {
  const broken = judgeHistory(aHistory(spoil), rules).filter(({ ok }) => !ok);
  return Object.fromEntries(broken.map(({ id, lines }) => [id, lines]));
}

describe('the judge of histories', () => {
  it('finds nothing wrong with a drop as it should be, and judges every promise', () => {
    const verdicts = judgeHistory(aHistory(), { maxInflight: 10, healedAtMs: OPENS_AT, isUndisturbed: true });
    expect(verdicts.filter(({ ok }) => !ok)).toEqual([]);
    expect(verdicts.map(({ id }) => id)).toEqual(PROMISES);
  });

  it.each(BAD_HISTORIES)('breaks $promise alone when $what', ({ promise, spoil, rules }) => {
    expect(Object.keys(brokenBy(spoil, rules))).toEqual([promise]);
  });

  it('has a bad history for every promise', () => {
    expect([...new Set(BAD_HISTORIES.map(({ promise }) => promise))]).toEqual(PROMISES);
  });

  it('shows the lines of the journal that tell what broke', () => {
    expect(brokenBy(({ journal }) => void journal.unshift(aRefusal(0, 'sold_out')))).toEqual({
      I8: [1, 2, 3, 4],
    });
    expect(brokenBy(({ journal }) => void journal.push(anAcceptance(6, BEFORE_ALL)))).toEqual({ I3: [13] });
    expect(
      brokenBy(({ journal }) => void journal.push({ ...journal.at(-1)!, t: OPENS_AT + 9_500, seq: 8 })),
    ).toEqual({ I10: [12, 13] });
  });

  it('says how many are lost, and excuses those that Redis and their process took along', () => {
    const lost: Spoil = ({ journal }) => {
      journal.push(anAcceptance(6, BEFORE_ALL), anAcceptance(7, BEFORE_ALL));
    };
    const detailOf = (rules: HistoryRules) => judgeHistory(aHistory(lost), rules)[2]!;
    const { attemptId } = aDecided(6);
    expect(detailOf({ mayBeLost: (id) => id === attemptId })).toMatchObject({
      ok: false,
      detail: expect.stringContaining('2 without an outcome, 1 of them lost with Redis and their process'),
    });
    expect(detailOf({ mayBeLost: () => true }).ok).toBe(true);
  });

  it.each<{ what: string; spoil: Spoil; rules?: HistoryRules }>([
    {
      what: 'answers that crossed on the way',
      spoil: ({ journal }) => {
        journal.push(anAcceptance(1, { position: 9, sentAt: OPENS_AT + 1_095, t: OPENS_AT + 5_000 }));
      },
    },
    {
      what: 'a replay that was answered before the promise arrived',
      spoil: ({ journal }) => void journal.push({ ...aRefusal(1, 'sale_paused'), t: OPENS_AT + 5_000 }),
    },
    {
      what: 'a key that is used again for another quantity',
      spoil: ({ journal }) => {
        const asked = { userId: shopperOf(1), idempotencyKey: 'key 1', quantity: 2, httpStatus: 422 };
        journal.push(aRefusal(11, 'idempotency_key_reused', asked));
      },
    },
    {
      what: 'somebody who was told sold out before a unit came back',
      spoil: ({ journal, stores }) => {
        journal.push(aRefusal(0, 'sold_out'));
        const order = anOrder(1, { status: 'cancelled' });
        stores.orders[0] = order;
        stores.stock.sold = 2;
        stores.gate.tokens = 1;
        stores.movements.push({ delta: 1, cause: 'cancellation', atMs: OPENS_AT + 1_050 });
      },
    },
    {
      what: 'an attempt that an older epoch admitted and a newer one numbered after',
      spoil: ({ stores }) => {
        stores.attempts[2] = { ...aDecided(3), sequence: 2 * EPOCH_SPAN + 1 };
      },
    },
    {
      what: 'a request that was cut, and a sent one that was answered',
      spoil: ({ journal }) => {
        const request = { request: 1, userId: shopperOf(6), saleId: journal[0]!.saleId };
        journal.push({ kind: 'sent', t: OPENS_AT, ...request });
        journal.push({ ...anAnswer(6, { httpStatus: 0 }), ...request });
      },
      rules: { isUndisturbed: true },
    },
    {
      what: 'a refusal that names when to come back, and a journal that does not keep it',
      spoil: ({ journal }) => {
        journal.push(aRefusal(6, 'overloaded', { httpStatus: 503, retryAfterSec: 2 }));
        journal.push(aRefusal(7, 'rate_limited', { httpStatus: 429 }));
      },
    },
    {
      what: 'ticks of a socket that came back, which starts again',
      spoil: ({ journal }) => {
        journal.push({ ...journal.at(-1)!, t: OPENS_AT + 9_500, socket: 'two', seq: 8 });
      },
    },
    {
      what: 'somebody who was told sold out before the gate of another epoch opened',
      spoil: ({ journal, stores }) => {
        journal.push(aRefusal(0, 'sold_out'));
        stores.attempts.forEach((attempt) => (attempt.sequence += EPOCH_SPAN));
      },
    },
    {
      what: 'a unit that came back with a lost promise',
      spoil: ({ stores }) => {
        stores.stock.total = 4;
        stores.gate.tokens = 1;
        stores.movements.push({ delta: 1, cause: 'initial', atMs: OPENS_AT });
      },
      rules: { mayBeLost: () => true },
    },
    {
      what: 'the place in line of an attempt that was lost and admitted anew',
      spoil: ({ journal }) => {
        journal.push(anAcceptance(3, { sentAt: OPENS_AT + 1_400, t: OPENS_AT + 1_401, position: 9 }));
      },
      rules: { mayBeLost: () => true },
    },
    {
      what: 'a confirmation in flight, settled and not announced',
      spoil: ({ stores }) => {
        const { outcome: _, orderId: __, settledAtMs: ___, ...inflight } = aDecided(3);
        stores.gate.known.pop();
        stores.gate.inflight.push(inflight);
        stores.gate.takenAtMs = inflight.admittedAtMs + 1_000;
      },
    },
  ])('leaves $what alone', ({ spoil, rules }) => {
    expect(brokenBy(spoil, rules)).toEqual({});
  });
});
