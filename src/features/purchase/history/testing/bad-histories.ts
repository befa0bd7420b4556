import { EPOCH_SPAN } from '../../../../utils/sequence.ts';
import type { HistoryRules } from '../history.ts';
import {
  aConfirmation,
  aDecided,
  anAcceptance,
  anOrder,
  aRefusal,
  OPENS_AT,
  shopperOf,
  type Spoil,
} from './a-history.ts';

/** A drop as it should be, spoilt so that exactly one promise is broken. */
export interface BadHistory {
  promise: string;
  what: string;
  spoil: Spoil;
  rules?: HistoryRules;
}

/** At least one for every promise, in order. */
export const BAD_HISTORIES: readonly BadHistory[] = [
  {
    promise: 'I1',
    what: 'orders hold a unit more than is sold',
    spoil: ({ journal, stores }) => {
      stores.stock.sold = 2;
      stores.gate.tokens = 1;
      stores.movements.push({ delta: 1, cause: 'settled', atMs: OPENS_AT });
      journal.splice(3, 2); // nobody was told sold out
    },
  },
  {
    promise: 'I1',
    what: 'more is confirmed to clients than there is',
    spoil: ({ journal }) => void journal.push(aConfirmation(4)),
  },
  {
    promise: 'I2',
    what: 'the gate has a unit too many',
    spoil: ({ stores }) => void (stores.gate.tokens = 1),
  },
  {
    promise: 'I2',
    what: 'somebody was told sold out and a unit is left',
    spoil: ({ stores }) => {
      stores.stock.total = 4;
      stores.gate.tokens = 1;
      stores.movements.push({ delta: 1, cause: 'initial', atMs: OPENS_AT });
    },
  },
  {
    promise: 'I2',
    what: 'there is no gate',
    spoil: ({ stores }) => void Object.assign(stores, { gate: null }),
  },
  {
    promise: 'I3',
    what: 'what was accepted has no outcome',
    spoil: ({ journal }) => void journal.push(anAcceptance(6, { sentAt: OPENS_AT + 1_000 })),
  },
  {
    promise: 'I4',
    what: 'a confirmed attempt has two orders',
    spoil: ({ stores }) => {
      stores.orders[0] = anOrder(1, { status: 'cancelled' });
      stores.orders.push(anOrder(1));
    },
  },
  {
    promise: 'I4',
    what: 'Redis tells another outcome',
    spoil: ({ stores }) => void (stores.gate.known[0] = { ...aDecided(1), orderId: shopperOf(9) }),
  },
  {
    promise: 'I4',
    what: 'Redis has an outcome of its own',
    spoil: ({ stores }) => void stores.gate.known.push(aDecided(4)),
  },
  {
    promise: 'I4',
    what: 'Redis has forgotten an outcome',
    spoil: ({ stores }) => void stores.gate.known.pop(),
  },
  {
    promise: 'I5',
    what: 'a key was answered with two attempts',
    spoil: ({ journal }) => {
      journal.push(anAcceptance(2, { userId: shopperOf(1), idempotencyKey: 'key 1', position: 1 }));
    },
  },
  {
    promise: 'I5',
    what: 'a replay was told sold out',
    spoil: ({ journal }) => {
      journal.push(aRefusal(11, 'sold_out', { userId: shopperOf(1), idempotencyKey: 'key 1' }));
    },
  },
  {
    promise: 'I6',
    what: 'a shopper has two of at most one',
    spoil: ({ stores }) => {
      const second = { ...aDecided(2), shopperId: shopperOf(1), idempotencyKey: null };
      stores.attempts[1] = stores.gate.known[1] = second;
      stores.orders[1] = anOrder(2, { shopperId: shopperOf(1) });
    },
  },
  {
    promise: 'I7',
    what: 'an attempt was admitted at the end',
    spoil: ({ stores }) => void (stores.attempts[2] = { ...aDecided(3), admittedAtMs: OPENS_AT + 60_000 }),
  },
  {
    promise: 'I7',
    what: 'a client was told of a promise before the start',
    spoil: ({ journal }) => {
      journal.push(anAcceptance(6, { sentAt: OPENS_AT + 1_000, queuedAt: OPENS_AT - 1 }));
    },
    rules: { mayBeLost: () => true },
  },
  {
    promise: 'I8',
    what: 'two attempts have one sequence',
    spoil: ({ stores }) => void (stores.attempts[2] = { ...aDecided(3), sequence: EPOCH_SPAN + 2 }),
  },
  {
    promise: 'I8',
    what: 'a later sequence was admitted earlier',
    spoil: ({ stores }) => void (stores.attempts[2] = { ...aDecided(3), admittedAtMs: OPENS_AT + 1 }),
  },
  {
    promise: 'I8',
    what: 'somebody was told sold out before a later one was admitted',
    spoil: ({ journal }) => void journal.push(aRefusal(0, 'sold_out')),
  },
  {
    promise: 'I9',
    what: 'a movement is missing',
    spoil: ({ stores }) => void stores.movements.pop(),
  },
  {
    promise: 'I10',
    what: 'a position rose',
    spoil: ({ journal }) => {
      journal.push(anAcceptance(3, { sentAt: OPENS_AT + 1_400, t: OPENS_AT + 1_401, position: 9 }));
    },
  },
  {
    promise: 'I10',
    what: 'an outcome was taken back',
    spoil: ({ journal }) => {
      journal.push(anAcceptance(1, { sentAt: OPENS_AT + 9_000, t: OPENS_AT + 9_001 }));
    },
  },
  {
    promise: 'I10',
    what: 'a client was told another order than the stored one',
    spoil: ({ journal }) => void (journal[6] = aConfirmation(2, { orderId: shopperOf(9) })),
  },
  {
    promise: 'I10',
    what: 'seq fell on one socket',
    spoil: ({ journal }) => {
      const tick = { t: OPENS_AT + 9_500, socket: 'one', seq: 8 };
      journal.push({ ...tick, userId: shopperOf(5), saleId: journal[0]?.saleId ?? '' });
    },
  },
  {
    promise: 'I11',
    what: 'an attempt is in flight for half a minute',
    spoil: ({ stores }) => {
      const { outcome: _, orderId: __, settledAtMs: ___, ...inflight } = aDecided(4);
      stores.gate.inflight.push(inflight);
      stores.stock.total = 4;
      stores.movements.push({ delta: 1, cause: 'operator', atMs: OPENS_AT });
    },
  },
  {
    promise: 'I11',
    what: 'one was settled 11 s after the last fault',
    spoil: ({ stores }) => void (stores.attempts[2] = { ...aDecided(3), settledAtMs: OPENS_AT + 14_000 }),
    rules: { healedAtMs: OPENS_AT + 3_000 },
  },
  {
    promise: 'I12',
    what: 'more is in flight than the bound',
    spoil: ({ stores }) => {
      const { outcome: _, orderId: __, settledAtMs: ___, ...inflight } = aDecided(3);
      stores.gate.inflight.push(inflight);
      stores.gate.takenAtMs = inflight.admittedAtMs;
    },
    rules: { maxInflight: 0 },
  },
  {
    promise: 'I12',
    what: 'a key never expires',
    spoil: ({ stores }) => void stores.gate.keysWithoutExpiry.push('a key'),
  },
  {
    promise: 'I12',
    what: 'who was turned away was not told when to come back',
    spoil: ({ journal }) => {
      journal.push(aRefusal(6, 'overloaded', { httpStatus: 503, retryAfterSec: null }));
    },
  },
  {
    promise: 'I12',
    what: 'a request got no answer at all',
    spoil: ({ journal }) => {
      const sent = { kind: 'sent' as const, request: 1, t: OPENS_AT };
      journal.push({ ...sent, userId: shopperOf(6), saleId: journal[0]?.saleId ?? '' });
    },
    rules: { isUndisturbed: true },
  },
];
