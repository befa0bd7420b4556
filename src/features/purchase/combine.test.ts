import { describe, expect, it } from '@jest/globals';
import { createCombine, MAX_ATTEMPTS_PER_TRANSACTION } from './combine.ts';
import type { AdmittedAttempt, AttemptBatch, DecidedAttempt } from './purchase.model.ts';
import type { SettlePace } from './settle-pace.ts';

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
function setUp({
  holdAnnouncements = false,
  pace,
}: { holdAnnouncements?: boolean; pace?: Pick<SettlePace, 'take'> } = {}) {
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
    pace,
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

describe('the combiner with a pace', () => {
  /** A pace that lets the test say how many may go, and remembers what was wanted. */
  function aPace() {
    const asked: { wanted: () => number; grant(attempts: number): void; refuse(error: Error): void }[] = [];
    const take: SettlePace['take'] = (wanted) =>
      new Promise((grant, refuse) => void asked.push({ wanted, grant, refuse }));
    return { asked, take };
  }

  it('asks for all that waits, up to 500, and begins no transaction before it may', async () => {
    const pace = aPace();
    const { combine, transactions } = setUp({ pace });
    const first = aBatch('s', 20);
    void combine(first);
    await turn();
    expect(pace.asked.map(({ wanted }) => wanted())).toEqual([20]);
    const second = aBatch('s', 300);
    [second, aBatch('s', 300)].forEach((batch) => void combine(batch));
    await turn();
    expect(pace.asked.map(({ wanted }) => wanted())).toEqual([500]);
    expect(transactions).toEqual([]);
    pace.asked[0]!.grant(320);
    await turn();
    expect(transactions.map(({ ids }) => ids)).toEqual([idsOf(first, second)]);
  });

  it('settles a batch in pieces when less may go, in order, and ends it with the last of them', async () => {
    const pace = aPace();
    const { combine, transactions } = setUp({ pace });
    const [batch, other] = [aBatch('s', 5), aBatch('s', 2)];
    let ended = 0;
    [batch, other].forEach((one) => void combine(one).then(() => (ended += 1)));
    for (const [at, granted] of [2, 2, 3].entries()) {
      await turn();
      expect(ended).toBe(0);
      pace.asked[at]!.grant(granted);
      await turn();
      transactions[at]!.commit();
    }
    await turn();
    expect(transactions.map(({ ids }) => ids.length)).toEqual([2, 2, 3]);
    expect(transactions.flatMap(({ ids }) => ids)).toEqual(idsOf(batch, other));
    expect(ended).toBe(2);
    expect(pace.asked).toHaveLength(3);
  });

  it('leaves the rest of a batch alone whose piece failed: its job comes back whole', async () => {
    const pace = aPace();
    const { combine, transactions } = setUp({ pace });
    const [batch, other] = [aBatch('s', 5), aBatch('s', 2)];
    const failing = expect(combine(batch)).rejects.toThrow('PostgreSQL is away');
    const going = combine(other);
    await turn();
    pace.asked[0]!.grant(2);
    await turn();
    transactions[0]!.fail(new Error('PostgreSQL is away'));
    await failing;
    await turn();
    expect(pace.asked[1]!.wanted()).toBe(2);
    pace.asked[1]!.grant(2);
    await turn();
    transactions[1]!.commit();
    await going;
    expect(transactions[1]!.ids).toEqual(idsOf(other));
  });

  it('gives back whatever waits when the pace stops, and what is being settled ends', async () => {
    const pace = aPace();
    const { combine, transactions } = setUp({ pace });
    const running = combine(aBatch('s', 2));
    await turn();
    pace.asked[0]!.grant(2);
    await turn();
    const refused = Promise.allSettled([combine(aBatch('s')), combine(aBatch('s', 3))]);
    transactions[0]!.commit();
    await running;
    await turn();
    pace.asked[1]!.refuse(new Error('it stops'));
    expect((await refused).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(transactions).toHaveLength(1);
  });
});
