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
import { openRoundSales } from './round-sales.ts';

/** Faults go on: what an act left undecided is decided after several of them, ms. */
const DRAINED_WITHIN_MS = 60_000;

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
   * Waits until everybody has a final answer and all is decided.
   *
   * @param quiet  resolves when no fault touches the act any more
   * @returns what judges every line of its journal; not beside a load, whose clients and proxies are in this very process
   */
  conclude(quiet: Promise<unknown>): Promise<() => Promise<ActFigures>>;
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

  const conclude = async (quiet: Promise<unknown>) => {
    await Promise.all([coming, quiet]);
    const drained = await waitForDrain(stores.now(), saleIds, DRAINED_WITHIN_MS);
    for (const check of round.checks) await check();
    crowd.close();
    const broken = round.verdicts.filter(({ ok }) => !ok);
    if (!drained)
      broken.push({ id: 'drained', ok: false, detail: `not within ${DRAINED_WITHIN_MS / 1000} s` });

    return async (): Promise<ActFigures> => {
      const entries = await journal.readBack();
      const judged = { crowd, services: stores.now(), mayBeLost: undefined };
      for (const saleId of saleIds) broken.push(...(await judgeSale(judged, saleId, entries)));
      const found = broken.filter(({ ok }) => !ok);
      if (found.length === 0) await rm(path, { force: true });
      return { accepted: crowd.accepted().length, wishes: crowd.wishes().length, broken: found };
    };
  };
  const over = new Promise<void>((resolve) => setTimeout(resolve, plan.crowdMs));
  return { sales, crowd, round, over, conclude };
}
