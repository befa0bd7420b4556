import { drainStage } from '../lib/drain-stage.ts';
import { sendCrowd } from '../lib/send-crowd.ts';
import { createShopClient } from '../lib/shop-client.ts';
import { saleOf } from '../lib/stage.ts';
import { aWishFor, now } from '../lib/wish.ts';
import { countBy } from '../lib/count-by.ts';
import type { Scenario } from './scenario.ts';

/** Every so many of the late crowd one is a buyer who sends the old key again. */
const BUYER_EVERY = 50;

export const soldOut: Scenario = {
  name: 'sold-out',
  words: 'the crowd comes when everything is sold; now and then a buyer asks again for what is theirs',
  defaults: { stock: 100, shoppers: 20_000, connections: 64, rate: 0, duration: 60, sales: 1 },
  async play(stage) {
    const { url, shoppers, tally, print } = stage;
    const { saleId, stock } = saleOf(stage);
    const buyers = shoppers.slice(0, stock).map((shopper) => aWishFor(shopper, saleId));
    const late = shoppers.slice(stock).map((shopper) => aWishFor(shopper, saleId));
    await sendCrowd(stage, buyers, { rate: 0 });
    await drainStage(stage);
    print('sold out; here comes the crowd');

    const before = tally.counts();
    const startedAt = now();
    const queue = late.flatMap((wish, index) => {
      const buyer = index % BUYER_EVERY === 0 ? buyers[(index / BUYER_EVERY) % buyers.length] : undefined;
      return buyer ? [wish, buyer] : [wish];
    });
    await sendCrowd(stage, queue);
    const refused = tally.counts().refused - before.refused;
    tally.figure('refused per second', Math.round((refused / Math.max(1, now() - startedAt)) * 1000));

    const client = createShopClient({ url, connections: 1 });
    const { text } = await client.read(`/api/flash-sale/status?saleId=${saleId}`);
    client.close();
    const { state } = JSON.parse(text || '{}') as { state?: string };
    const came = late.filter((wish) => stage.wishes.has(wish));
    const told = countBy(came, ({ accepted, refusedWith }) =>
      accepted ? 'accepted' : (refusedWith ?? 'nothing'),
    );
    const isSoldOut = buyers.length === stock;
    return [
      {
        id: 'late',
        ok: !isSoldOut || (told.sold_out ?? 0) === came.length,
        detail: `${came.length} came late: ${JSON.stringify(told)}`,
      },
      {
        id: 'state',
        ok: !isSoldOut || state === 'sold_out',
        detail: `the status says ${state ?? 'nothing'}`,
      },
    ];
  },
};
