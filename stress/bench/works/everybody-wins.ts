import type { Seller } from '../contender.ts';
import type { Measurement } from '../measurement.ts';
import { watchSale } from '../watch-sale.ts';
import * as shared from './round.ts';

/**
 * (a) As many units as shoppers: everybody is accepted while the worker settles beside.
 *
 * Settled orders are counted from the first promise to the last transaction, the tail after the load included.
 */
export async function everybodyWins(round: shared.Round, seller: Seller): Promise<Measurement> {
  const { scale, generator, contenders } = round;
  const shoppers = contenders.crowd.userIds.length;
  const most = seller.name === 'naive' ? scale.mostSettledByNaive : (scale.mostRequests ?? shoppers);
  const saleId = await seller.openSale(shoppers);
  const metered = await shared.meterUsage(seller);
  const watch = watchSale(seller, saleId, 100);
  const result = await generator.run({
    ...{
      url: seller.url,
      path: shared.ATTEMPT_PATH,
      connections: scale.connections,
      seconds: scale.seconds,
    },
    attempts: {
      ...shared.attemptsAt(round, seller, 'everybody-wins', saleId),
      amount: Math.min(shoppers, most),
    },
  });
  const { queued } = await seller.readProgress(saleId);
  const drained = await seller.waitForDrain(saleId, shared.DRAINED_WITHIN_MS);
  const samples = await watch.stop();
  const usage = await metered();
  const { settled, counts, admitted, invariants } = await shared.concludeSale(seller, saleId, {
    ...{ drained, accepted: result.accepted },
  });
  return shared.measurementOf(round, seller, 'everybody-wins', {
    figures: {
      acceptedPerSec: result.accepted / result.seconds,
      settledPerSec: settled.confirmed / settled.seconds,
      backlog: queued,
      ...shared.cpuPer(admitted, usage),
    },
    counts: { ...shared.countsOf(result), ...counts },
    ...shared.seen(result),
    // wrk does not tell answers apart; here there is one kind.
    ...(result.refused === 0 ? { acceptedMs: result.latencyMs } : {}),
    settleMs: settled.settleMs,
    ...{ usage, samples, invariants },
  });
}
