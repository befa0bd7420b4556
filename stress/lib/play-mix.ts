import { arrive, endless } from './arrive.ts';
import { createBrowsing, type Browsing } from './browse.ts';
import { buyUntilAnswered } from './send-crowd.ts';
import { createShopClient, type ShopClient } from './shop-client.ts';
import { saleOf, type Stage, type Verdict } from './stage.ts';
import { aWishFor, type Wish } from './wish.ts';

/** Of twenty arrivals; most people look. */
const MIX = [
  ...Array.from({ length: 11 }, () => 'look' as const),
  ...Array.from({ length: 3 }, () => 'list' as const),
  ...Array.from({ length: 3 }, () => 'buy' as const),
  ...Array.from({ length: 2 }, () => 'ask' as const),
  'orders' as const,
];

/** Lets arrivals of every kind come until the time is up. @returns whether every read was answered */
export async function playMix(stage: Stage): Promise<Verdict[]> {
  const { url, settings, tally } = stage;
  const client = createShopClient({ url, connections: settings.connections });
  const browsing = createBrowsing(stage, client);
  const act = createMix(stage, client, browsing);
  await arrive(endless(), { ...settings, endsAt: stage.endsAt() }, act).finally(() => client.close());
  const troubles = [...browsing.troubles].map(([what, count]) => `${count} × ${what}`);
  const answered = troubles.length === 0 ? 'all answered' : troubles.join(', ');
  return [{ id: 'reads', ok: troubles.length === 0, detail: `${tally.counts().reads} reads, ${answered}` }];
}

/** What one arrival does; when every shopper has bought, a buyer sends the old key again. */
function createMix(
  stage: Stage,
  client: ShopClient,
  browsing: Browsing,
): (turn: number, dueAt: number) => Promise<void> {
  const { saleId } = saleOf(stage);
  const line = stage.shoppers.values();
  const bought: Wish[] = [];
  const anyBuyer = (): Wish | undefined => bought[Math.floor(Math.random() * bought.length)];

  return async (turn, dueAt) => {
    switch (MIX[(turn * 7) % MIX.length]) {
      case 'buy': {
        const { value: shopper } = line.next();
        const wish = shopper ? aWishFor(shopper, saleId) : anyBuyer();
        if (!wish) return browsing.saleStatus(saleId, dueAt);
        await buyUntilAnswered(stage, client, wish, { sentAt: dueAt });
        if (shopper && wish.accepted) bought.push(wish);
        return;
      }
      case 'ask': {
        const wish = anyBuyer();
        return wish ? browsing.attemptStatus(wish, dueAt) : browsing.saleStatus(saleId, dueAt);
      }
      case 'orders': {
        const wish = anyBuyer();
        return wish ? browsing.orders(wish, dueAt) : browsing.saleStatus(saleId, dueAt);
      }
      case 'list':
        return browsing.saleList(dueAt);
      default:
        return browsing.saleStatus(saleId, dueAt);
    }
  };
}
