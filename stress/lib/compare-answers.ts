import type { InvariantBody } from '../../src/contracts/http.ts';
import { attemptIdOf } from '../../src/features/purchase/attempt-id.ts';
import type { Database } from '../../src/infrastructure/postgres/database.ts';
import type { Wish } from './wish.ts';

/**
 * Compares the last word each wish was given with what PostgreSQL has: what was accepted has an outcome, what was
 * refused has no order, and there is no order that nobody was told of.
 *
 * @param wishes  all that were sent; those of other sales do not matter
 */
export async function compareAnswers(
  db: Database,
  saleId: string,
  wishes: readonly Wish[],
): Promise<InvariantBody> {
  const { rows } = await db.raw<{ rows: { id: string; user_id: string; outcome: string }[] }>(
    'select id, user_id, outcome from purchase_attempts where sale_id = ?',
    [saleId],
  );
  const outcomes = new Map(rows.map(({ id, outcome }) => [id, outcome]));
  const ofSale = wishes.filter((wish) => wish.saleId === saleId);
  let unanswered = 0;
  let acceptedWithoutOutcome = 0;
  let refusedWithOrder = 0;
  for (const { shopper, idempotencyKey, accepted, refusedWith } of ofSale) {
    const attemptId = attemptIdOf(saleId, shopper.userId, idempotencyKey);
    const outcome = outcomes.get(attemptId);
    outcomes.delete(attemptId);
    if (accepted) acceptedWithoutOutcome += outcome === undefined ? 1 : 0;
    else if (refusedWith === undefined) unanswered += 1;
    else refusedWithOrder += outcome === 'confirmed' ? 1 : 0;
  }
  const unexplained = [...outcomes.values()].filter((outcome) => outcome === 'confirmed').length;
  return {
    id: 'answers',
    ok: unanswered + acceptedWithoutOutcome + refusedWithOrder + unexplained === 0,
    detail:
      `${ofSale.length} wishes: ${unanswered} without a final answer, ${acceptedWithoutOutcome} accepted without an ` +
      `outcome, ${refusedWithOrder} refused with an order, ${unexplained} orders nobody asked for`,
    checkedAt: new Date().toISOString(),
  };
}
