import { sendCrowd } from '../lib/send-crowd.ts';
import { saleOf } from '../lib/stage.ts';
import { watchSample } from '../lib/watch-sample.ts';
import { aWishFor } from '../lib/wish.ts';
import { withReplays } from '../lib/with-replays.ts';
import { drainStage } from '../lib/drain-stage.ts';
import type { Scenario } from './scenario.ts';

export const drop: Scenario = {
  name: 'drop',
  words: 'everybody wants one unit at once; one in twenty clicks twice',
  defaults: { stock: 1_000, shoppers: 10_000, connections: 64, rate: 0, duration: 60, sales: 1 },
  async play(stage) {
    const { saleId } = saleOf(stage);
    const wishes = stage.shoppers.map((shopper) => aWishFor(shopper, saleId));
    const sample = await watchSample(stage, wishes);
    await sendCrowd(stage, withReplays(wishes));
    await drainStage(stage);
    await sample.close();
    return [];
  },
};
