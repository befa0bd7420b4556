import { insertProduct } from '../../../src/features/product/product.repository.ts';
import { insertSale } from '../../../src/features/sale/sale.repository.ts';
import { insertRows } from '../../ceilings/insert-rows.ts';
import type { Contender } from '../contender.ts';
import type { Measurement } from '../measurement.ts';
import * as shared from './round.ts';

const NO_SALE = '00000000-0000-4000-8000-000000000000';

/** The very attempts the sellers get, sent to something that does nothing with them. */
export async function emptyPosts(round: shared.Round, contender: Contender): Promise<Measurement> {
  const { scale, generator } = round;
  const metered = await shared.meterUsage(contender);
  const result = await generator.run({
    ...{ url: contender.url, path: shared.ATTEMPT_PATH, connections: scale.connections },
    seconds: scale.seconds,
    attempts: {
      ...shared.attemptsAt(round, contender, 'post', NO_SALE),
      ...(scale.mostRequests === undefined ? {} : { amount: scale.mostRequests }),
    },
  });
  const usage = await metered();
  return shared.measurementOf(round, contender, 'post', {
    figures: { postsPerSec: result.accepted / result.seconds, ...shared.cpuPer(result.answers, usage) },
    counts: shared.countsOf(result),
    ...shared.seen(result),
    usage,
  });
}

export async function emptyGets(round: shared.Round, contender: Contender): Promise<Measurement> {
  const metered = await shared.meterUsage(contender);
  const result = await round.generator.run({
    ...{ url: contender.url, path: `/api/flash-sale/status?saleId=${NO_SALE}` },
    ...{ connections: round.scale.connections, seconds: round.scale.seconds },
  });
  const usage = await metered();
  return shared.measurementOf(round, contender, 'get', {
    figures: { readsPerSec: result.accepted / result.seconds, ...shared.cpuPer(result.answers, usage) },
    counts: shared.countsOf(result),
    ...shared.seen(result),
    usage,
  });
}

/** The rows of so many orders without anything else, from this process. */
export async function plainInserts(round: shared.Round): Promise<Measurement> {
  const { insertDb: db, crowd } = round.contenders;
  const productId = await insertProduct(db, { name: 'Bench: rows', priceMinor: 4_900, currency: 'EUR' });
  const userIds = crowd.userIds.slice(0, round.scale.insertedRows);
  const { saleId, stockId } = await insertSale(db, {
    ...{ productId, name: 'Bench: rows', perShopperLimit: 1, stock: userIds.length },
    startsAt: new Date(),
    endsAt: new Date(Date.now() + 3_600_000),
  });
  const seconds = await insertRows(db, { saleId, stockId, productId }, userIds);
  return shared.measurementOf(round, { name: 'insert' }, 'insert', {
    figures: { insertedPerSec: userIds.length / seconds },
    counts: { rows: userIds.length },
  });
}
