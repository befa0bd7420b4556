import { describe, expect, it } from '@jest/globals';
import { decide, type StockFacts, type Verdict } from './decide.ts';
import type { AdmittedAttempt } from './purchase.model.ts';

function attempts(...wishes: { by?: string; quantity?: number; sequence?: number }[]): AdmittedAttempt[] {
  return wishes.map(({ by, quantity = 1, sequence }, index) => ({
    attemptId: `a${index + 1}`,
    shopperId: by ?? `shopper ${index + 1}`,
    quantity,
    idempotencyKey: null,
    sequence: sequence ?? index + 1,
    admittedAtMs: 0,
  }));
}

function facts(unitsLeft: number, perShopperLimit = 10, bought: Record<string, number> = {}): StockFacts {
  return { unitsLeft, perShopperLimit, boughtByShopper: new Map(Object.entries(bought)) };
}

const told = (verdict: Verdict | undefined) => (verdict?.confirmed ? 'confirmed' : verdict?.reason);
const verdicts = (given: StockFacts, wishes: AdmittedAttempt[]) =>
  Object.fromEntries([...decide(given, wishes)].map(([id, verdict]) => [id, told(verdict)]));

describe('the decision', () => {
  it('skips what does not fit: of quantities 1, 3, 1, 1 on 3 units it sells the three ones', () => {
    const wishes = attempts({}, { quantity: 3 }, {}, {});
    expect(verdicts(facts(3), wishes)).toEqual({
      a1: 'confirmed',
      a2: 'not_enough_left',
      a3: 'confirmed',
      a4: 'confirmed',
    });
  });

  it('goes by sequence, whatever the order in which the attempts come', () => {
    const wishes = attempts({ sequence: 3 }, { sequence: 1 }, { sequence: 2 });
    expect(verdicts(facts(2), wishes)).toEqual({ a1: 'sold_out', a2: 'confirmed', a3: 'confirmed' });
    expect([...decide(facts(2), wishes).keys()]).toEqual(['a2', 'a3', 'a1']);
  });

  it('counts to a shopper what was bought before and what is bought now', () => {
    const wishes = attempts(
      { by: 'ann' },
      { by: 'ann' },
      { by: 'bob', quantity: 2 },
      { by: 'cid', quantity: 2 },
    );
    expect(verdicts(facts(9, 2, { ann: 1, cid: 1 }), wishes)).toEqual({
      a1: 'confirmed',
      a2: 'limit_reached',
      a3: 'confirmed',
      a4: 'limit_reached',
    });
  });

  it('names the limit before the stock, and sold out only when nothing is left', () => {
    const wishes = attempts({ quantity: 3 }, { by: 'ann', quantity: 2 }, {});
    expect(verdicts(facts(0, 3, { ann: 2 }), wishes)).toEqual({
      a1: 'sold_out',
      a2: 'limit_reached',
      a3: 'sold_out',
    });
    expect(verdicts(facts(2, 3), attempts({ quantity: 3 }))).toEqual({ a1: 'not_enough_left' });
  });

  it('sells nothing when more was sold than there is', () => {
    expect(verdicts(facts(-1), attempts({}))).toEqual({ a1: 'sold_out' });
  });

  it('leaves the facts as they are', () => {
    const given = facts(1, 1, { ann: 0 });
    decide(given, attempts({ by: 'ann' }));
    expect(given).toEqual(facts(1, 1, { ann: 0 }));
  });
});

describe('whatever the crowd wishes, the decision', () => {
  const crowds = Array.from({ length: 300 }, (_, seed) => aCrowd(seed + 1));

  it('answers everybody, sells no unit twice and gives nobody more than the limit', () => {
    for (const { given, wishes } of crowds) {
      const decided = decide(given, wishes);
      expect(decided.size).toBe(wishes.length);
      const sold = wishes.filter(({ attemptId }) => decided.get(attemptId)?.confirmed);
      expect(unitsOf(sold)).toBeLessThanOrEqual(given.unitsLeft);
      for (const shopperId of new Set(wishes.map((wish) => wish.shopperId))) {
        const before = given.boughtByShopper.get(shopperId) ?? 0;
        const now = unitsOf(sold.filter((wish) => wish.shopperId === shopperId));
        if (now > 0) expect(before + now).toBeLessThanOrEqual(given.perShopperLimit);
      }
    }
  });

  it('refuses only whom it must: each refusal is true at its turn', () => {
    for (const { given, wishes } of crowds) {
      const decided = decide(given, wishes);
      let { unitsLeft } = given;
      const bought = new Map(given.boughtByShopper);
      for (const wish of [...wishes].sort((a, b) => a.sequence - b.sequence)) {
        const had = bought.get(wish.shopperId) ?? 0;
        const fits = wish.quantity <= unitsLeft && had + wish.quantity <= given.perShopperLimit;
        expect(decided.get(wish.attemptId)?.confirmed).toBe(fits);
        if (!fits) continue;
        unitsLeft -= wish.quantity;
        bought.set(wish.shopperId, had + wish.quantity);
      }
    }
  });

  it('is the same for any order of arrival at the worker', () => {
    for (const { given, wishes } of crowds) {
      expect([...decide(given, [...wishes].reverse())]).toEqual([...decide(given, wishes)]);
    }
  });
});

const unitsOf = (wishes: AdmittedAttempt[]) => wishes.reduce((sum, { quantity }) => sum + quantity, 0);

/** A crowd that is the same for the same seed (a linear congruential generator, Numerical Recipes' constants). */
function aCrowd(seed: number): { given: StockFacts; wishes: AdmittedAttempt[] } {
  let state = seed;
  const upTo = (most: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * (most + 1));
  };
  const size = upTo(30);
  const wishes = attempts(
    ...Array.from({ length: size }, (_, index) => ({
      by: `shopper ${upTo(8)}`,
      quantity: 1 + upTo(4),
      sequence: ((index * 7) % 31) + 1,
    })),
  );
  return { given: facts(upTo(25), 1 + upTo(5), { 'shopper 1': upTo(4), 'shopper 2': upTo(6) }), wishes };
}
