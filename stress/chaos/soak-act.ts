import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Shopper } from '../../src/commands/lib/create-shoppers.ts';
import { waitForDrain } from '../../src/commands/lib/wait-for-drain.ts';
import { openRunJournal } from '../lib/run-journal.ts';
import { createCrowd, type OwnCrowd } from './crowd.ts';
import type { RoundSale } from './fault.ts';
import { judgeSale, type RoundVerdict } from './judge-round.ts';
import type { RoundPlan } from './plan.ts';
import { createRound } from './create-round.ts';
import type { RoundDeps } from './play-round.ts';
import { openRoundSales, retireSales } from './round-sales.ts';

/** Faults go on while an act is judged: what is repaired once a second may need a few of them, ms. */
const JUDGED_WITHIN_MS = 60_000;
const JUDGE_EVERY_MS = 2_000;

/** What an act leaves behind: its memory does not last longer than its judgement. */
export interface ActFigures {
  wishes: number;
  accepted: number;
  broken: RoundVerdict[];
}

/** A part of a soak: some sales and those who come for them, with a journal of their own. */
export interface SoakAct {
  sales: readonly RoundSale[];
  crowd: OwnCrowd;
  round: ReturnType<typeof createRound>;
  /** Resolves when the last one has come; the next act may begin. */
  over: Promise<void>;
  /**
   * Waits until everybody has a final answer and all is decided, judges every line of the journal and puts the sales away.
   *
   * @param quiet  resolves when no fault touches the act any more
   */
  conclude(quiet: Promise<unknown>): Promise<ActFigures>;
}

/** Opens the sales of an act and lets its crowd come. */
export async function beginAct(
  deps: RoundDeps,
  plan: RoundPlan,
  shoppers: readonly Shopper[],
  note: (text: string) => void,
): Promise<SoakAct> {
  const { instance, stores, out } = deps;
  const sales = await openRoundSales(stores.now(), plan);
  const path = join(out, `soak-${plan.seed}.jsonl`);
  const journal = await openRunJournal(path);
  const saleIds = sales.map(({ saleId }) => saleId);
  const crowd = createCrowd({ url: instance.url, plan, saleIds, shoppers, journal });
  const round = createRound(deps, plan, { sales, crowd, note });
  const coming = crowd.come();
  coming.catch(() => undefined); // told by who concludes

  const conclude = async (quiet: Promise<unknown>): Promise<ActFigures> => {
    await Promise.all([coming, quiet]);
    const drained = await waitForDrain(stores.now(), saleIds, JUDGED_WITHIN_MS);
    for (const check of round.checks) await check();
    crowd.close();
    const entries = await journal.readBack();
    const judge = async (): Promise<RoundVerdict[]> => {
      const round = { crowd, services: stores.now(), mayBeLost: undefined };
      const verdicts = await Promise.all(saleIds.map((saleId) => judgeSale(round, saleId, entries)));
      return verdicts.flat().filter(({ ok }) => !ok);
    };
    const giveUpAt = Date.now() + JUDGED_WITHIN_MS;
    let broken = await judge();
    while (broken.length > 0 && Date.now() < giveUpAt) {
      await new Promise((resolve) => setTimeout(resolve, JUDGE_EVERY_MS));
      broken = await judge();
    }
    broken.push(...round.verdicts.filter(({ ok }) => !ok));
    if (!drained)
      broken.push({ id: 'drained', ok: false, detail: `not within ${JUDGED_WITHIN_MS / 1000} s` });
    const figures = { accepted: crowd.accepted().length, wishes: crowd.wishes().length, broken };
    if (broken.length === 0) await rm(path, { force: true });
    await retireSales(stores.now(), saleIds);
    return figures;
  };
  const over = new Promise<void>((resolve) => setTimeout(resolve, plan.crowdMs));
  return { sales, crowd, round, over, conclude };
}
