import { decide } from '../../features/purchase/decide.ts';
import type { StoredOrder } from '../../features/purchase/history/history.ts';
import {
  orderIdOf,
  type AdmittedAttempt,
  type DecidedAttempt,
} from '../../features/purchase/purchase.model.ts';
import type { OperatorState, ShopSettings } from './shop.ts';

/** All that PostgreSQL has of a sale. */
export interface ModelPostgres {
  state: OperatorState;
  startsAtMs: number;
  endsAtMs: number;
  perShopperLimit: number;
  total: number;
  sold: number;
  epoch: number;
  attempts: Map<string, DecidedAttempt>;
  orders: Map<string, StoredOrder>;
  movements: { delta: number; cause: string; atMs: number }[];
}

const HOUR_MS = 3_600_000;

export function postgresOf({ stock, perShopperLimit, isOpen }: ShopSettings, nowMs: number): ModelPostgres {
  return {
    ...{ state: 'active', startsAtMs: isOpen ? nowMs : nowMs + HOUR_MS, endsAtMs: nowMs + 2 * HOUR_MS },
    ...{ perShopperLimit, total: stock, sold: 0, epoch: 0 },
    ...{ attempts: new Map(), orders: new Map() },
    movements: stock > 0 ? [{ delta: stock, cause: 'initial', atMs: nowMs }] : [],
  };
}

export function boughtOf(postgres: ModelPostgres): Map<string, number> {
  const bought = new Map<string, number>();
  for (const { shopperId, quantity, status } of postgres.orders.values()) {
    if (status === 'confirmed') bought.set(shopperId, (bought.get(shopperId) ?? 0) + quantity);
  }
  return bought;
}

export function lastSequenceOf(postgres: ModelPostgres): number {
  return Math.max(0, ...[...postgres.attempts.values()].map(({ sequence }) => sequence));
}

/**
 * What a settle transaction commits. It asks the product's own `decide` about one attempt after the other: that is what
 * halving a batch comes to when one of them cannot be written.
 *
 * @param canBuy  whether the shopper has an account, which an order needs
 */
export function settleByModel(
  postgres: ModelPostgres,
  attempts: readonly AdmittedAttempt[],
  { nowMs, canBuy }: { nowMs: number; canBuy: (shopperId: string) => boolean },
): DecidedAttempt[] {
  const isNew = ({ attemptId }: AdmittedAttempt): boolean => !postgres.attempts.has(attemptId);
  let soldNow = 0;
  for (const attempt of [...attempts].filter(isNew).sort((a, b) => a.sequence - b.sequence)) {
    const { attemptId, shopperId, quantity } = attempt;
    const facts = {
      unitsLeft: postgres.total - postgres.sold,
      perShopperLimit: postgres.perShopperLimit,
      boughtByShopper: boughtOf(postgres),
    };
    const verdict = decide(facts, [attempt]).get(attemptId);
    if (!verdict?.confirmed) {
      const reason = verdict?.reason ?? 'set_aside';
      postgres.attempts.set(attemptId, { ...attempt, outcome: 'rejected', reason, settledAtMs: nowMs });
    } else if (!canBuy(shopperId)) {
      const bare = { ...attempt, sequence: 0, idempotencyKey: null };
      postgres.attempts.set(attemptId, {
        ...bare,
        ...{ outcome: 'rejected', reason: 'set_aside', settledAtMs: nowMs },
      });
    } else {
      const orderId = orderIdOf(attemptId);
      postgres.attempts.set(attemptId, { ...attempt, outcome: 'confirmed', orderId, settledAtMs: nowMs });
      postgres.orders.set(attemptId, { orderId, attemptId, shopperId, quantity, status: 'confirmed' });
      postgres.sold += quantity;
      soldNow += quantity;
    }
  }
  if (postgres.sold > postgres.total) throw new Error('the model oversold');
  if (soldNow > 0) postgres.movements.push({ delta: -soldNow, cause: 'settled', atMs: nowMs });
  return attempts.flatMap((attempt) => {
    const row = postgres.attempts.get(attempt.attemptId);
    return row ? [{ ...row, sequence: attempt.sequence, idempotencyKey: attempt.idempotencyKey }] : [];
  });
}
