import { withStockLock, type LockedStock } from '../../infrastructure/postgres/advisory-lock.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import { isDataError } from '../../infrastructure/postgres/sqlstate.ts';
import type { Clock } from '../../infrastructure/clock.ts';
import type { Logger } from '../../infrastructure/logging/logger.ts';
import { traceFieldsOf } from './batch-log-fields.ts';
import { decide, type Verdict } from './decide.ts';
import {
  decidedAs,
  orderIdOf,
  type AdmittedAttempt,
  type DecidedAttempt,
  type Outcome,
} from './purchase.model.ts';
import { readSettleFacts, writeSettled, writeSetAside } from './settle.repository.ts';

export interface SettleDeps {
  db: Database;
  clock: Clock;
  logger: Logger;
  lockTimeoutMs?: number;
  /** Told of each transaction, ms from asking for a connection until it had the lock. */
  lockTook?: (ms: number) => void;
}

export type Settle = (
  saleId: string,
  stockId: string,
  attempts: readonly AdmittedAttempt[],
) => Promise<DecidedAttempt[]>;

/**
 * Makes attempts of one stock true: one transaction, one lock, one statement.
 *
 * Holds the stock's advisory lock until commit, so that transactions of one stock settle one after the other and
 * those of different stocks never wait for each other. Safe to repeat: an attempt that has an outcome keeps it.
 * When a row cannot be written, the attempts are halved until the bad one stands alone; it is set aside.
 *
 * @param attempts  1–500, each id once
 * @returns one outcome per attempt, in the same order
 * @throws UnusableJobError when the sale has no such stock
 * @throws pg.DatabaseError or a connection error when PostgreSQL cannot do it now; may be repeated
 */
export function createSettle({ db, clock, logger, lockTimeoutMs = 3_000, lockTook }: SettleDeps): Settle {
  const settle: Settle = async (saleId, stockId, attempts) => {
    const askedAt = performance.now();
    const settleAndTell = (stock: LockedStock): Promise<DecidedAttempt[]> => {
      lockTook?.(performance.now() - askedAt);
      return settleLocked(stock, saleId, attempts, clock);
    };
    try {
      return await withStockLock(db, stockId, settleAndTell, { lockTimeoutMs });
    } catch (error) {
      if (!isDataError(error)) throw error;
      const [alone] = attempts;
      if (attempts.length === 1 && alone) {
        logger.error('attempt set aside', {
          attemptId: alone.attemptId,
          saleId,
          sqlstate: error.code,
          error: error.message,
          ...traceFieldsOf(attempts),
        });
        const outcome = await withStockLock(db, stockId, (stock) => writeSetAside(stock, saleId, alone), {
          lockTimeoutMs,
        });
        return [decidedAs(alone, outcome, outcome.settledAtMs)];
      }
      const inOrder = [...attempts].sort((a, b) => a.sequence - b.sequence);
      const middle = Math.ceil(inOrder.length / 2);
      const decided = [
        ...(await settle(saleId, stockId, inOrder.slice(0, middle))),
        ...(await settle(saleId, stockId, inOrder.slice(middle))),
      ];
      const byId = new Map(decided.map((attempt) => [attempt.attemptId, attempt]));
      return attempts.flatMap((attempt) => byId.get(attempt.attemptId) ?? []);
    }
  };
  return settle;
}

async function settleLocked(
  stock: LockedStock,
  saleId: string,
  attempts: readonly AdmittedAttempt[],
  clock: Clock,
): Promise<DecidedAttempt[]> {
  const facts = await readSettleFacts(stock, saleId, attempts);
  const undecided = attempts.filter((attempt) => !facts.decided.has(attempt.attemptId));
  const verdicts = decide(facts, undecided);
  const settledAtMs = clock.now();
  const outcomes = new Map<string, DecidedAttempt>();
  for (const attempt of attempts) {
    const earlier = facts.decided.get(attempt.attemptId);
    const made = earlier ?? outcomeOf(attempt, verdicts.get(attempt.attemptId));
    if (made) outcomes.set(attempt.attemptId, decidedAs(attempt, made, earlier?.settledAtMs ?? settledAtMs));
  }
  const fresh = undecided.flatMap((attempt) => outcomes.get(attempt.attemptId) ?? []);
  if (fresh.length > 0) await writeSettled(stock, facts, fresh, settledAtMs);
  return attempts.flatMap((attempt) => outcomes.get(attempt.attemptId) ?? []);
}

function outcomeOf({ attemptId }: AdmittedAttempt, verdict: Verdict | undefined): Outcome | undefined {
  if (verdict === undefined) return undefined;
  return verdict.confirmed
    ? { outcome: 'confirmed', orderId: orderIdOf(attemptId) }
    : { outcome: 'rejected', reason: verdict.reason };
}
