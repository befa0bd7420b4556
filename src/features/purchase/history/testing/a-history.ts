import { EPOCH_SPAN } from '../../../../utils/sequence.ts';
import { uuidV5 } from '../../../../utils/uuid-v5.ts';
import { attemptIdOf } from '../../attempt-id.ts';
import type { JournalEntry } from '../../journal.ts';
import type { DecidedAttempt } from '../../purchase.model.ts';
import type { GateState, History, StoredOrder, StoredState } from '../history.ts';

const SALE_ID = 'a1e00000-0000-4000-8000-000000000000';
/** When the sale of the test histories opens, epoch ms; what happens in them happens from a second later on. */
export const OPENS_AT = 1_763_690_000_000;

type Writable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer Item)[] ? Item[] : T[K] };

/** A history that a test may spoil at any place. */
export interface WritableHistory {
  journal: JournalEntry[];
  stores: Writable<Omit<StoredState, 'gate'>> & { gate: Writable<GateState> };
}

export type Spoil = (history: WritableHistory) => void;

export function shopperOf(number: number): string {
  return uuidV5(`shopper ${number}`, SALE_ID);
}

/** What the n-th shopper's one attempt became: admitted in the n-th tenth of a second, settled half a second later. */
export function aDecided(number: number): Extract<DecidedAttempt, { outcome: 'confirmed' }> {
  const shopperId = shopperOf(number);
  const idempotencyKey = `key ${number}`;
  const attemptId = attemptIdOf(SALE_ID, shopperId, idempotencyKey);
  const admittedAtMs = OPENS_AT + 1_000 + number * 100;
  return {
    ...{ attemptId, shopperId, idempotencyKey, quantity: 1 },
    ...{ sequence: EPOCH_SPAN + number, admittedAtMs, settledAtMs: admittedAtMs + 500 },
    ...{ outcome: 'confirmed', orderId: uuidV5('order', attemptId) },
  };
}

/** An answer to the n-th shopper's request: sent at the n-th tenth of a second, there 20 ms later. */
export function anAnswer(number: number, overrides: Partial<JournalEntry> = {}): JournalEntry {
  const sentAt = OPENS_AT + 990 + number * 100;
  const { shopperId, idempotencyKey } = aDecided(number);
  return {
    ...{ t: sentAt + 20, sentAt, userId: shopperId, saleId: SALE_ID },
    ...{ idempotencyKey: idempotencyKey ?? '', quantity: 1, httpStatus: 202 },
    ...overrides,
  };
}

/** Like `anAnswer`, one that accepts the shopper's attempt. */
export function anAcceptance(number: number, overrides: Partial<JournalEntry> = {}): JournalEntry {
  const { attemptId, admittedAtMs } = aDecided(number);
  const said = { attemptId, status: 'queued' as const, position: number, queuedAt: admittedAtMs };
  return anAnswer(number, { ...said, ...overrides });
}

/** A refusal of the shopper's attempt. */
export function aRefusal(number: number, code: string, overrides: Partial<JournalEntry> = {}): JournalEntry {
  return anAnswer(number, { httpStatus: 409, code, ...overrides });
}

/** The outcome as the n-th shopper's socket heard it. */
export function aConfirmation(number: number, overrides: Partial<JournalEntry> = {}): JournalEntry {
  const { attemptId, shopperId, orderId, settledAtMs } = aDecided(number);
  return {
    ...{ t: settledAtMs + 30, userId: shopperId, saleId: SALE_ID },
    ...{ attemptId, status: 'confirmed', orderId },
    ...overrides,
  };
}

export function anOrder(number: number, overrides: Partial<StoredOrder> = {}): StoredOrder {
  const { attemptId, shopperId, orderId, quantity } = aDecided(number);
  return { orderId, attemptId, shopperId, quantity, status: 'confirmed', ...overrides };
}

/**
 * A drop as it should be: 3 units for 5 shoppers. Shoppers 1, 2 and 3 buy, 1 sends the same key again, 4 and 5 are told
 * sold out, one tick a second comes over one socket. The gate has nothing left and nothing in flight.
 */
export function aHistory(spoil: Spoil = () => undefined): History {
  const buyers = [1, 2, 3];
  const history: WritableHistory = {
    journal: [
      ...buyers.map((number) => anAcceptance(number)),
      ...[4, 5].map((number) => aRefusal(number, 'sold_out')),
      ...buyers.map((number) => aConfirmation(number)),
      { ...aConfirmation(1), ...anAnswer(11), userId: shopperOf(1), idempotencyKey: 'key 1' },
      ...[7, 8, 9].map((seq) => ({
        ...{ t: OPENS_AT + seq * 1_000, userId: shopperOf(5), saleId: SALE_ID, socket: 'one', seq },
      })),
    ],
    stores: {
      sale: { saleId: SALE_ID, startsAtMs: OPENS_AT, endsAtMs: OPENS_AT + 60_000, perShopperLimit: 1 },
      stock: { total: 3, sold: 3 },
      attempts: buyers.map(aDecided),
      orders: buyers.map((number) => anOrder(number)),
      movements: [
        { delta: 3, cause: 'initial', atMs: OPENS_AT - 60_000 },
        { delta: -3, cause: 'settled', atMs: OPENS_AT + 1_800 },
      ],
      gate: {
        ...{ tokens: 0, inflight: [], known: buyers.map(aDecided), keysWithoutExpiry: [] },
        takenAtMs: OPENS_AT + 30_000,
      },
      isGateKept: true,
    },
  };
  spoil(history);
  history.journal.forEach((entry, index) => (entry.line = index + 1));
  return history;
}
