import { arrive } from '../lib/arrive.ts';
import { buyUntilAnswered } from '../lib/send-crowd.ts';
import { createShopClient, type ShopClient } from '../lib/shop-client.ts';
import { saleOf, type Stage } from '../lib/stage.ts';
import { aWishFor, noteAnswer, now, type Wish } from '../lib/wish.ts';
import type { Scenario } from './scenario.ts';

/** How long each impatient try waits before it cuts the connection and sends the same key again, ms; then for good. */
const PATIENCE_MS = [2, 5, 10, 25];

export const retryStorm: Scenario = {
  name: 'retry-storm',
  words: 'every client cuts the connection after a few milliseconds and sends the same key again, four times',
  defaults: { stock: 500, shoppers: 3_000, connections: 64, rate: 0, duration: 60, sales: 1 },
  async play(stage) {
    const { url, settings, shoppers, tally, wishes } = stage;
    const { saleId } = saleOf(stage);
    const client = createShopClient({ url, connections: settings.connections });
    const crowd = shoppers.map((shopper) => aWishFor(shopper, saleId));
    await arrive(crowd, { ...settings, endsAt: stage.endsAt() }, (wish, dueAt) =>
      storm(stage, client, wish, dueAt).then(() => tally.time('first click on', now() - dueAt)),
    ).finally(() => client.close());
    tally.figure(
      'requests a wish',
      Math.round((tally.counts().attempts / Math.max(1, wishes.size)) * 100) / 100,
    );
    return [];
  },
};

async function storm(stage: Stage, client: ShopClient, wish: Wish, dueAt: number): Promise<void> {
  const { tally, journal, wishes } = stage;
  wishes.add(wish);
  let sentAt = dueAt;
  for (const patienceMs of PATIENCE_MS) {
    tally.sent();
    const request = journal.sent(wish, sentAt);
    const entry = await client.buy(wish, { sentAt, patienceMs });
    tally.answered(entry);
    journal.push({ ...entry, request });
    if (noteAnswer(wish, entry)) return;
    sentAt = now();
  }
  await buyUntilAnswered(stage, client, wish);
}
