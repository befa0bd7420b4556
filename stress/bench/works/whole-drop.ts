import type { Seller } from '../contender.ts';
import type { Measurement } from '../measurement.ts';
import { readSaleMemory } from '../read-sale-memory.ts';
import { watchSale } from '../watch-sale.ts';
import * as shared from './round.ts';

const ANSWERED_WITHIN_SEC = 120;

/**
 * (e) Many more shoppers than units, all at once, one attempt each: the time from the first promise until the last
 * order is seen committed counts (seen within 20 ms).
 */
export async function wholeDrop(round: shared.Round, seller: Seller): Promise<Measurement> {
  const { units, shoppers } = round.scale.drop;
  const saleId = await seller.openSale(units);
  const metered = await shared.meterUsage(seller);
  const watch = watchSale(seller, saleId, 20);
  const sending = round.generator.run({
    ...{ url: seller.url, path: shared.ATTEMPT_PATH, connections: round.scale.connections },
    seconds: ANSWERED_WITHIN_SEC,
    attempts: { ...shared.attemptsAt(round, seller, 'whole-drop', saleId), amount: shoppers },
  });
  const [result, soldAt] = await Promise.all([sending, watch.whenSold(units, shared.DRAINED_WITHIN_MS)]);
  const samples = await watch.stop();
  const usage = await metered();
  const drained = await seller.waitForDrain(saleId, shared.DRAINED_WITHIN_MS);
  const memory =
    seller.name === 'stampede' ? await readSaleMemory(round.contenders.services.redis, saleId) : null;
  const { settled, counts, invariants } = await shared.concludeSale(seller, saleId, {
    ...{ drained: drained && soldAt !== null, accepted: result.accepted },
  });
  return shared.measurementOf(round, seller, 'whole-drop', {
    figures: {
      ...(soldAt === null ? {} : { soldAfterSec: (soldAt - settled.firstAdmittedAtMs) / 1000 }),
      answeredPerSec: result.answers / result.seconds,
      ...(memory ? { redisBytesPerShopper: memory.bytes / shoppers } : {}),
      ...(usage.api ? { apiRssMb: usage.api.maxRssMb } : {}),
      ...shared.cpuPer(result.answers, usage),
    },
    counts: { ...shared.countsOf(result), ...counts },
    ...shared.seen(result),
    settleMs: settled.settleMs,
    ...{ usage, samples, invariants },
  });
}
