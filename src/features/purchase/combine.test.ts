import { describe, expect, it } from '@jest/globals';
import { createCombine, MAX_ATTEMPTS_PER_TRANSACTION } from './combine.ts';
import type { AdmittedAttempt, AttemptBatch, DecidedAttempt } from './purchase.model.ts';

let made = 0;
function aBatch(stockId: string, size = 1): AttemptBatch {
  const attempts = Array.from({ length: size }, (): AdmittedAttempt => {
    made += 1;
    return {
      attemptId: `attempt ${made}`,
      shopperId: `shopper ${made}`,
      quantity: 1,
      idempotencyKey: null,
      sequence: made,
      admittedAtMs: 0,
    };
  });
  return { saleId: `sale of ${stockId}`, stockId, batchId: `batch ${made}`, attempts };
}

const decided = (attempts: readonly AdmittedAttempt[]): DecidedAttempt[] =>
  attempts.map((attempt) => ({ ...attempt, outcome: 'confirmed', orderId: 'order', settledAtMs: 1 }));

interface Transaction {
  stockId: string;
  ids: string[];
  commit(): void;
  fail(error: Error): void;
}

/** A settle whose transactions run until the test ends them, and an announcement the same. */
function setUp({ holdAnnouncements = false } = {}) {
  const transactions: Transaction[] = [];
  const announcements: { ids: string[]; end(): void }[] = [];
  const combine = createCombine({
    settle: (_saleId, stockId, attempts) =>
      new Promise((resolve, reject) => {
        const ids = attempts.map(({ attemptId }) => attemptId);
        transactions.push({ stockId, ids, commit: () => resolve(decided(attempts)), fail: reject });
      }),
    announce: (_saleId, outcomes) =>
      new Promise((resolve) => {
        announcements.push({ ids: outcomes.map(({ attemptId }) => attemptId), end: resolve });
        if (!holdAnnouncements) resolve();
      }),
  });
  return { combine, transactions, announcements };
}

/** Lets everything that is ready run: a `setImmediate` and the promises around it. */
const turn = async () => {
  for (let times = 0; times < 3; times += 1) await new Promise((resolve) => setImmediate(resolve));
};
const idsOf = (...batches: AttemptBatch[]) =>
  batches.flatMap(({ attempts }) => attempts.map(({ attemptId }) => attemptId));

describe('the combiner', () => {
  it('settles what arrives in one turn together', async () => {
    const { combine, transactions } = setUp();
    const batches = [aBatch('s'), aBatch('s', 3)];
    batches.forEach((batch) => void combine(batch));
    await turn();
    expect(transactions.map(({ ids }) => ids)).toEqual([idsOf(...batches)]);
  });

  it('makes the next transaction of what arrives while one runs', async () => {
    const { combine, transactions } = setUp();
    const [first, ...later] = [aBatch('s'), aBatch('s'), aBatch('s', 2), aBatch('s')] as const;
    void combine(first);
    await turn();
    for (const batch of later) {
      void combine(batch);
      await turn();
    }
    expect(transactions).toHaveLength(1);
    transactions[0]!.commit();
    await turn();
    expect(transactions.map(({ ids }) => ids)).toEqual([idsOf(first), idsOf(...later)]);
  });

  it('puts at most 500 attempts into a transaction, and never halves a batch', async () => {
    const { combine, transactions } = setUp();
    const batches = [aBatch('s', 200), aBatch('s', 299), aBatch('s', 2), aBatch('s', 500), aBatch('s', 1)];
    batches.forEach((batch) => void combine(batch));
    for (let next = 0; next < 4; next += 1) {
      await turn();
      transactions[next]?.commit();
    }
    await turn();
    expect(MAX_ATTEMPTS_PER_TRANSACTION).toBe(500);
    expect(transactions.map(({ ids }) => ids.length)).toEqual([499, 2, 500, 1]);
    expect(transactions.flatMap(({ ids }) => ids)).toEqual(idsOf(...batches));
  });

  it('holds a stock to one transaction at a time, and lets no stock wait for another', async () => {
    const { combine, transactions } = setUp();
    void combine(aBatch('s'));
    void combine(aBatch('t'));
    await turn();
    void combine(aBatch('s'));
    await turn();
    expect(transactions.map(({ stockId }) => stockId)).toEqual(['s', 't']);
  });

  it('settles an attempt once that came in two jobs, and ends both', async () => {
    const { combine, transactions } = setUp();
    const batch = aBatch('s', 2);
    const ends = Promise.all([combine(batch), combine(batch)]);
    await turn();
    expect(transactions[0]!.ids).toEqual(idsOf(batch));
    transactions[0]!.commit();
    await ends;
  });

  it('ends a job only when its attempts are announced, and settles the next ones meanwhile', async () => {
    const { combine, transactions, announcements } = setUp({ holdAnnouncements: true });
    let ended = false;
    const first = combine(aBatch('s')).then(() => (ended = true));
    await turn();
    void combine(aBatch('s'));
    transactions[0]!.commit();
    await turn();
    expect(announcements).toHaveLength(1);
    expect(transactions).toHaveLength(2);
    expect(ended).toBe(false);
    announcements[0]!.end();
    await first;
  });

  it('fails the jobs of a transaction that failed, and no others', async () => {
    const { combine, transactions, announcements } = setUp();
    const failing = [combine(aBatch('s')), combine(aBatch('s'))];
    const refused = Promise.allSettled(failing);
    await turn();
    const next = aBatch('s');
    const going = combine(next);
    const error = new Error('PostgreSQL is away');
    transactions[0]!.fail(error);
    expect(await refused).toEqual([
      { status: 'rejected', reason: error },
      { status: 'rejected', reason: error },
    ]);
    await turn();
    transactions[1]!.commit();
    await going;
    expect(announcements.map(({ ids }) => ids)).toEqual([idsOf(next)]);
  });

  it('starts anew after a stock was idle', async () => {
    const { combine, transactions } = setUp();
    for (let round = 0; round < 2; round += 1) {
      const going = combine(aBatch('s'));
      await turn();
      transactions[round]!.commit();
      await going;
    }
    expect(transactions).toHaveLength(2);
  });
});
