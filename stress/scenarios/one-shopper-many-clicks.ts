import { countBy } from '../lib/count-by.ts';
import { sendCrowd } from '../lib/send-crowd.ts';
import { saleOf, type Stage, type Verdict } from '../lib/stage.ts';
import { aWishFor, type Wish } from '../lib/wish.ts';
import type { Scenario } from './scenario.ts';

/** Clicks of each shopper, more than tries are allowed; every third is the same click sent again. */
const CLICKS = 60;
const SAME_CLICK_EVERY = 3;

export const oneShopperManyClicks: Scenario = {
  name: 'one-shopper-many-clicks',
  words: `a few shoppers click ${CLICKS} times each, in many tabs at once: one unit each, and a limit on tries`,
  defaults: { stock: 1_000, shoppers: 20, connections: 64, rate: 0, duration: 60, sales: 1 },
  atMost: { shoppers: 1_000 },
  async play(stage) {
    const { saleId } = saleOf(stage);
    // The clicks of one shopper stand side by side, so that they race over all connections.
    const clicks = stage.shoppers.flatMap((shopper) => {
      const first = aWishFor(shopper, saleId);
      return Array.from({ length: CLICKS }, (_, index) =>
        index % SAME_CLICK_EVERY === 0 ? first : aWishFor(shopper, saleId),
      );
    });
    await sendCrowd(stage, clicks, { is429Final: true });
    return judgeClicks(stage);
  },
};

function judgeClicks({ wishes, limits, tally, settings }: Stage): Verdict[] {
  const told = countBy(wishes, ({ accepted, refusedWith }) =>
    accepted ? 'accepted' : (refusedWith ?? 'nothing'),
  );
  const acceptedBy = countBy(
    [...wishes].filter(({ accepted }) => accepted),
    ({ shopper }) => shopper.userId,
  );
  const twice = Object.values(acceptedBy).filter((count) => count > 1).length;
  const tried = (wish: Wish): boolean => wish.refusedWith !== 'rate_limited' || wish.accepted !== undefined;
  const tries = countBy([...wishes].filter(tried), ({ shopper }) => shopper.userId);
  const most = Math.max(0, ...Object.values(tries));
  // Tries are counted in whole windows; a slow run reaches into more of them.
  const windows = 2 + Math.floor(tally.elapsedMs() / (limits.triesWindowSec * 1000));
  return [
    {
      id: 'clicks',
      ok: twice === 0,
      detail: `${twice} of ${settings.shoppers} shoppers were accepted for two clicks; ${JSON.stringify(told)}`,
    },
    {
      id: 'tries',
      ok: most <= limits.tries * windows,
      detail: `at most ${most} clicks of a shopper reached the gate's decision, ${limits.tries} a window allowed`,
    },
  ];
}
