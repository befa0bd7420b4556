import type { InvariantBody } from '../../src/contracts/http.ts';
import type { JournalEntry } from '../../src/features/purchase/journal.ts';
import { checkInvariants, type CheckedPromise } from '../../src/features/purchase/purchase.invariants.ts';
import { compareAnswers } from './compare-answers.ts';
import type { SettledAttempt } from './read-settled.ts';
import type { Stage } from './stage.ts';

/**
 * Checks every promise of every sale of the run: from the stores, with all that clients saw, and that exactly as much is
 * sold as was asked for. Sales of one run share a line a promise; a broken one is named.
 */
export async function judge(
  stage: Stage,
  settled: readonly SettledAttempt[],
  journal: readonly JournalEntry[],
): Promise<CheckedPromise[]> {
  const { services, sales, limits } = stage;
  const wishes = [...stage.wishes];
  const verdicts: (InvariantBody & { saleId: string })[] = [];
  for (const { saleId, stock } of sales) {
    const ofSale = [
      ...(await checkInvariants(services, {
        ...{ saleId, deep: true, maxInflight: limits.maxInflight },
        journal: journal.filter((entry) => entry.saleId === saleId),
      })),
      await compareAnswers(services.db, saleId, wishes),
      soldAsAsked(stage, { saleId, stock }, settled),
    ];
    verdicts.push(...ofSale.map((verdict) => ({ ...verdict, saleId })));
  }
  if (sales.length === 1) return verdicts.map(({ saleId: _, ...verdict }) => verdict);
  return [...new Set(verdicts.map(({ id }) => id))].map((id) =>
    inOneLine(verdicts.filter((verdict) => verdict.id === id)),
  );
}

/** One unit each: what is sold is exactly the smaller of stock and shoppers who came. */
function soldAsAsked(
  { wishes }: Stage,
  { saleId, stock }: { saleId: string; stock: number },
  settled: readonly SettledAttempt[],
): InvariantBody {
  const shoppers = new Set<string>();
  for (const wish of wishes) if (wish.saleId === saleId) shoppers.add(wish.shopper.userId);
  const wanted = Math.min(stock, shoppers.size);
  const confirmed = settled.filter((one) => one.sale_id === saleId && one.outcome === 'confirmed').length;
  return {
    id: 'sold',
    ok: confirmed === wanted,
    detail: `${confirmed} orders, ${wanted} expected`,
    checkedAt: new Date().toISOString(),
  };
}

function inOneLine(verdicts: readonly (InvariantBody & { saleId: string })[]): InvariantBody {
  const [first] = verdicts;
  if (!first) throw new Error('there is no verdict without a sale');
  const { id, checkedAt } = first;
  const broken = verdicts.filter(({ ok }) => !ok);
  const detail = broken[0]
    ? `${broken.length} of ${verdicts.length} sales: ${broken[0].detail} (${broken[0].saleId})`
    : `in all ${verdicts.length} sales; the hot one: ${first.detail}`;
  return { id, ok: broken.length === 0, detail, checkedAt };
}
