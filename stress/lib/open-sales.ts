import type { Services } from '../../src/commands/lib/open-services.ts';
import { insertProduct } from '../../src/features/product/product.repository.ts';
import { changeSaleState, createSale } from '../../src/features/sale/sale.service.ts';

/** Longer than the longest run, so that no sale ends by itself in the middle. */
const LIFETIME_MS = 2 * 3_600_000;
const STOPPED_WITHIN_MS = 10_000;
const ACTOR = { actorId: null, reason: 'npm run stress' };

export interface OpenedSales {
  sales: { saleId: string; stock: number }[];
  saleIds: string[];
  /**
   * Stops them: an open sale of a run would stay the page's default. May be repeated.
   *
   * @returns the sales that are still open, because a store did not answer for 10 s
   */
  stop(): Promise<string[]>;
}

/** Opens a sale for each stock; on return every API process would decide on them. One unit a shopper. */
export async function openSales(
  services: Services,
  scenario: string,
  stocks: readonly number[],
): Promise<OpenedSales> {
  const [seconds] = await services.redis.time();
  const startsAtMs = Number(seconds) * 1000;
  const sales: OpenedSales['sales'] = [];
  const stop = async (): Promise<string[]> => {
    const giveUpAt = Date.now() + STOPPED_WITHIN_MS;
    const open = sales.map(({ saleId }) => saleId);
    for (let [saleId] = open; saleId !== undefined && Date.now() < giveUpAt; [saleId] = open) {
      const isStopped = await changeSaleState(services, saleId, 'stopped', ACTOR).then(
        () => true,
        () => false, // a store that was killed on purpose comes back
      );
      if (isStopped) open.shift();
      else await new Promise((resolve) => setTimeout(resolve, 250));
    }
    return open;
  };
  try {
    for (const [index, stock] of stocks.entries()) {
      const numbered = stocks.length > 1 ? `, ${index + 1} of ${stocks.length}` : '';
      const name = `Stress: ${scenario} of ${stock}${numbered}`;
      const { saleId } = await createSale(
        services,
        {
          productId: await insertProduct(services.db, { name, priceMinor: 4_900, currency: 'EUR' }),
          name,
          startsAt: new Date(startsAtMs),
          endsAt: new Date(startsAtMs + LIFETIME_MS),
          perShopperLimit: 1,
          stock,
        },
        ACTOR,
      );
      sales.push({ saleId, stock });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { sales, saleIds: sales.map(({ saleId }) => saleId), stop };
}
