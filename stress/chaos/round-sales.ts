import type { Services } from '../../src/commands/lib/open-services.ts';
import { insertProduct } from '../../src/features/product/product.repository.ts';
import { dropCachedSale } from '../../src/features/sale/sale-catalogue.ts';
import { createSale } from '../../src/features/sale/sale.service.ts';
import { sqlArray } from '../../src/infrastructure/postgres/database.ts';
import { saleKeys } from '../../src/infrastructure/redis/keys.ts';
import { serverOf } from '../../src/infrastructure/redis/redis.ts';
import type { RoundSale } from './fault.ts';
import type { RoundPlan } from './plan.ts';

const LIFETIME_MS = 3_600_000;

/** Opens the sales of a round; every API process would decide on them. */
export async function openRoundSales(services: Services, { seed, sales }: RoundPlan): Promise<RoundSale[]> {
  const opened: RoundSale[] = [];
  for (const [index, { stock, perShopperLimit }] of sales.entries()) {
    const name = `Chaos ${seed}, sale ${index + 1}`;
    const startsAtMs = Number((await services.redis.time())[0]) * 1000;
    const { saleId, stockId } = await createSale(
      services,
      {
        productId: await insertProduct(services.db, { name, priceMinor: 4_900, currency: 'EUR' }),
        name,
        startsAt: new Date(startsAtMs),
        endsAt: new Date(startsAtMs + LIFETIME_MS),
        perShopperLimit,
        stock,
      },
      { actorId: null, reason: 'npm run chaos' },
    );
    opened.push({ saleId, stockId, stock, perShopperLimit });
  }
  return opened;
}

/**
 * Puts the sales of an earlier round into the past, where no gate is kept for them: two hundred rounds' gates would all
 * have to be rebuilt when Redis is lost, and the last round would recover far more slowly than the first one.
 */
export async function retireSales({ db, redis }: Services, saleIds: readonly string[]): Promise<void> {
  await db.raw(
    `update flash_sales set starts_at = starts_at - interval '3 days', ends_at = ends_at - interval '3 days'
      where id = any(?::uuid[])`,
    [sqlArray(saleIds)],
  );
  for (const saleId of saleIds) {
    await dropCachedSale(redis, saleId);
    const { prefix } = saleKeys(saleId);
    for await (const keys of serverOf(redis, prefix).scanStream({ match: `${prefix}*`, count: 1_000 })) {
      if ((keys as string[]).length > 0) await redis.unlink(keys as string[]);
    }
  }
}
