import { arrive, endless } from '../lib/arrive.ts';
import { buyUntilAnswered, sendCrowd } from '../lib/send-crowd.ts';
import { createShopClient } from '../lib/shop-client.ts';
import { drainStage } from '../lib/drain-stage.ts';
import { compareGroups } from '../lib/compare-groups.ts';
import { readSettled } from '../lib/read-settled.ts';
import { saleOf, type Stage, type Verdict } from '../lib/stage.ts';
import { wishTimes } from '../lib/wish-times.ts';
import { aWishFor, now } from '../lib/wish.ts';
import { withReplays } from '../lib/with-replays.ts';
import type { Scenario } from './scenario.ts';

/** Units of each quiet sale: more than its few shoppers want. */
const QUIET_STOCK = 5_000;
/** Shoppers of all quiet sales together, a second. */
const QUIET_RATE = 50;
/** How long the quiet sales have the instance for themselves, at most: what their times are compared with, ms. */
const CALM_MS = 4_000;
/** Of the shoppers, who want something quiet. */
const QUIET_SHARE = 0.2;

export const manySales: Scenario = {
  name: 'many-sales',
  words: 'twenty sales at once and everybody wants the same one: the quiet ones keep their latency',
  // Nearly all of the crowd gets one: what is sold, not what is refused, could hold the quiet ones up.
  defaults: { stock: 9_000, shoppers: 12_000, connections: 64, rate: 0, duration: 30, sales: 20 },
  stocks: ({ stock, sales }) => [stock, ...Array.from({ length: Math.max(1, sales - 1) }, () => QUIET_STOCK)],
  async play(stage) {
    const { shoppers, settings, print } = stage;
    const { saleId } = saleOf(stage);
    const quiet = shoppers.slice(0, Math.floor(shoppers.length * QUIET_SHARE)).values();
    const crowd = shoppers.slice(Math.floor(shoppers.length * QUIET_SHARE));

    print('the quiet sales alone');
    const calmUntil = now() + Math.min(CALM_MS, settings.duration * 250);
    await trickle(stage, quiet, 'calm', () => now() < calmUntil);
    print('the hot one opens beside them');
    let isHot = true;
    const hot = sendCrowd(stage, withReplays(crowd.map((shopper) => aWishFor(shopper, saleId)))).finally(
      () => (isHot = false),
    );
    await Promise.all([hot, trickle(stage, quiet, 'quiet', () => isHot)]);
    await drainStage(stage);
    return [await judgeQuiet(stage)];
  },
};

/** How much longer the quiet sales took beside the hot one than alone. Broken only when one of them did not sell. */
async function judgeQuiet({ services, sales, wishes, tally }: Stage): Promise<Verdict> {
  const settled = await readSettled(
    services.db,
    sales.map(({ saleId }) => saleId),
  );
  const { words, ratios } = compareGroups(wishTimes(wishes, settled), 'calm', 'quiet');
  for (const [kind, ratio] of Object.entries(ratios))
    tally.figure(`${kind} beside the hot one, times`, ratio);
  const unsold = [...wishes].filter(({ group, accepted }) => group !== undefined && !accepted).length;
  const refused = unsold === 0 ? '' : `; ${unsold} shoppers of theirs got nothing`;
  return { id: 'quiet', ok: unsold === 0, detail: `alone → beside the hot one: ${words}${refused}` };
}

/** Shoppers of the quiet sales, one after the other, each another sale. */
async function trickle(
  stage: Stage,
  shoppers: IterableIterator<Stage['shoppers'][number]>,
  group: string,
  goesOn: () => boolean,
): Promise<void> {
  const { url, sales } = stage;
  const quietSales = sales.slice(1);
  const client = createShopClient({ url, connections: QUIET_RATE });
  const pace = { rate: QUIET_RATE, connections: QUIET_RATE, endsAt: stage.endsAt() };
  await arrive(whoComes(shoppers, goesOn), pace, async ({ shopper, turn }, dueAt) => {
    const sale = quietSales[turn % quietSales.length];
    if (sale) await buyUntilAnswered(stage, client, aWishFor(shopper, sale.saleId, group), { sentAt: dueAt });
  }).finally(() => client.close());
}

function* whoComes<T>(
  shoppers: IterableIterator<T>,
  goesOn: () => boolean,
): Generator<{ shopper: T; turn: number }> {
  for (const turn of endless()) {
    const next = shoppers.next();
    if (next.done === true || !goesOn()) return;
    yield { shopper: next.value, turn };
  }
}
