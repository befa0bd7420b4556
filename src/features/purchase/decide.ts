import type { RejectionReason } from '../../contracts/error-catalogue.ts';
import type { AdmittedAttempt } from './purchase.model.ts';

export interface StockFacts {
  unitsLeft: number;
  perShopperLimit: number;
  /** Shopper id → units in orders that are not cancelled. */
  boughtByShopper: ReadonlyMap<string, number>;
}

export type Verdict = { confirmed: true } | { confirmed: false; reason: RejectionReason };

/**
 * Decides attempts that have no outcome yet, first come, first served: by sequence, then limit, then units left.
 *
 * An attempt that does not fit is skipped and the next one is looked at: with 3 units left, quantities 1, 3, 1, 1 sell
 * three ones. (A window sum over the quantities would stop at the 3 and sell one unit.)
 *
 * @param attempts  each id once, in any order
 * @returns attempt id → verdict, in order of sequence
 */
export function decide(facts: StockFacts, attempts: readonly AdmittedAttempt[]): Map<string, Verdict> {
  let { unitsLeft } = facts;
  const bought = new Map(facts.boughtByShopper);
  const verdicts = new Map<string, Verdict>();
  for (const attempt of [...attempts].sort((a, b) => a.sequence - b.sequence)) {
    const shopperHas = bought.get(attempt.shopperId) ?? 0;
    const reason = refusal(attempt.quantity, {
      unitsLeft,
      shopperHas,
      perShopperLimit: facts.perShopperLimit,
    });
    if (reason) {
      verdicts.set(attempt.attemptId, { confirmed: false, reason });
      continue;
    }
    unitsLeft -= attempt.quantity;
    bought.set(attempt.shopperId, shopperHas + attempt.quantity);
    verdicts.set(attempt.attemptId, { confirmed: true });
  }
  return verdicts;
}

function refusal(
  quantity: number,
  facts: { unitsLeft: number; shopperHas: number; perShopperLimit: number },
): RejectionReason | null {
  if (facts.shopperHas + quantity > facts.perShopperLimit) return 'limit_reached';
  if (facts.unitsLeft <= 0) return 'sold_out';
  if (quantity > facts.unitsLeft) return 'not_enough_left';
  return null;
}
