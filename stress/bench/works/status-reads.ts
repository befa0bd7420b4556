import type { Seller } from '../contender.ts';
import type { Measurement } from '../measurement.ts';
import * as shared from './round.ts';

/** (d) The status of an open sale, again and again. */
export async function statusReads(round: shared.Round, seller: Seller): Promise<Measurement> {
  const saleId = await seller.openSale(100);
  const metered = await shared.meterUsage(seller);
  const result = await round.generator.run({
    ...{ url: seller.url, path: `/api/flash-sale/status?saleId=${saleId}` },
    ...{ connections: round.scale.connections, seconds: round.scale.seconds },
  });
  const usage = await metered();
  return shared.measurementOf(round, seller, 'status-reads', {
    figures: { readsPerSec: result.accepted / result.seconds, ...shared.cpuPer(result.answers, usage) },
    counts: shared.countsOf(result),
    ...shared.seen(result),
    usage,
    invariants: [
      {
        id: 'reads',
        ok: result.refused === 0,
        detail: `${result.refused} of ${result.answers} reads were refused`,
        checkedAt: new Date().toISOString(),
      },
    ],
  });
}
