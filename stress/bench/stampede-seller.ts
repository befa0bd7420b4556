import { waitForDrain } from '../../src/commands/lib/wait-for-drain.ts';
import type { Services } from '../../src/commands/lib/open-services.ts';
import { insertProduct } from '../../src/features/product/product.repository.ts';
import { checkInvariants } from '../../src/features/purchase/purchase.invariants.ts';
import { createSale } from '../../src/features/sale/sale.service.ts';
import { epochKeys, saleKeys } from '../../src/infrastructure/redis/keys.ts';
import type { Seller } from './contender.ts';
import { readSold } from './read-settled.ts';
import type { StampedeInstance } from './start-stampede.ts';

const HOUR_MS = 3_600_000;

/** The product itself, as `npm start` runs it. */
export async function createStampedeSeller(
  instance: StampedeInstance,
  services: Services,
  { maxInflight }: { maxInflight: number },
): Promise<Seller> {
  const { db, redis } = services;
  const { url } = await instance.read();
  const counters = async (saleId: string): Promise<Record<string, number>> => {
    const found = await redis.hgetall(saleKeys(saleId).counters);
    return Object.fromEntries(Object.entries(found).map(([name, count]) => [name, Number(count)]));
  };
  return {
    name: 'stampede',
    // `localhost` may be ::1 first: one address for all contenders.
    url: url.replace('localhost', '127.0.0.1'),
    db,
    async pids() {
      const { processes } = await instance.read();
      const of = (role: string): number[] =>
        processes.flatMap((process) => (process.role === role ? [process.pid] : []));
      return { api: of('api'), worker: of('worker'), redis: of('redis'), postgres: of('postgres') };
    },
    async openSale(stock) {
      const [seconds] = await redis.time();
      const nowMs = Number(seconds) * 1000;
      const name = `Bench: ${stock} units`;
      const { saleId } = await createSale(
        services,
        {
          productId: await insertProduct(db, { name, priceMinor: 4_900, currency: 'EUR' }),
          name,
          startsAt: new Date(nowMs),
          endsAt: new Date(nowMs + HOUR_MS),
          perShopperLimit: 1,
          stock,
        },
        { actorId: null, reason: 'npm run bench' },
      );
      return saleId;
    },
    async readProgress(saleId) {
      const { total, sold } = await readSold(db, saleId);
      const epoch = Number(await redis.hget(saleKeys(saleId).gate, 'epoch'));
      const tokens = Number(await redis.get(epochKeys(saleId, epoch).tokens));
      return { sold, queued: Math.max(0, total - tokens - sold) };
    },
    readCounts: counters,
    waitForDrain: (saleId, withinMs) => waitForDrain(services, [saleId], withinMs),
    checkPromises: (saleId, journal) =>
      checkInvariants(services, { saleId, deep: true, maxInflight, ...(journal ? { journal } : {}) }),
    tidy: () => Promise.resolve(),
  };
}
