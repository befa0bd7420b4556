import type { Seller } from '../contender.ts';
import type { Measurement } from '../measurement.ts';
import * as shared from './round.ts';

const UNITS = 100;

/** (c) A hundred units for everybody: after the first moment every answer is a refusal. */
export async function soldOut(round: shared.Round, seller: Seller): Promise<Measurement> {
  const { scale, generator } = round;
  const saleId = await seller.openSale(UNITS);
  const metered = await shared.meterUsage(seller);
  const result = await generator.run({
    ...{
      url: seller.url,
      path: shared.ATTEMPT_PATH,
      connections: scale.connections,
      seconds: scale.seconds,
    },
    attempts: {
      ...shared.attemptsAt(round, seller, 'sold-out', saleId),
      ...(scale.mostRequests === undefined ? {} : { amount: scale.mostRequests }),
    },
  });
  const usage = await metered();
  const drained = await seller.waitForDrain(saleId, shared.DRAINED_WITHIN_MS);
  const { counts, invariants } = await shared.concludeSale(seller, saleId, {
    ...{ drained, accepted: result.accepted },
  });
  return shared.measurementOf(round, seller, 'sold-out', {
    figures: {
      refusedPerSec: result.refused / result.seconds,
      answeredPerSec: result.answers / result.seconds,
      ...shared.cpuPer(result.answers, usage),
    },
    counts: { ...shared.countsOf(result), ...counts },
    ...shared.seen(result),
    ...{ usage, invariants },
  });
}
