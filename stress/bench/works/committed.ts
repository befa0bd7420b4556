import { gatherCrowd } from '../crowd.ts';
import type { Measurement } from '../measurement.ts';
import { startShop } from '../start-shop.ts';
import * as shared from './round.ts';

const ATTEMPTS = 20_000;
const WARM_UP = 4_000;
const MAX_INFLIGHT = 50_000;

/**
 * Everybody wins at an instance of its own with `ACK_DURABILITY=committed`: each answer waits for its transaction. Its price
 * is the difference to `everybody-wins` of the same round, whose answers wait for the queue.
 */
export async function committed(round: shared.Round): Promise<Measurement> {
  const { api = [] } = await round.contenders.stampede.pids();
  const shop = await startShop({
    ...{ apiProcesses: api.length, maxInflight: MAX_INFLIGHT },
    variables: { ACK_DURABILITY: 'committed' },
  });
  round.contenders.onStop(shop.stop);
  try {
    const { seller, services, tokens, folder } = shop;
    const deps = { db: services.db, others: [], tokens };
    const { tokensFile } = await gatherCrowd(deps, ATTEMPTS, folder);
    const sell = (saleId: string, name: string, amount: number) =>
      round.generator.run({
        ...{ url: seller.url, path: shared.ATTEMPT_PATH, connections: round.scale.connections, seconds: 60 },
        attempts: {
          ...{ body: JSON.stringify({ saleId }), tokensFile, amount },
          keyPrefix: `committed-${name}-${round.number}-`,
        },
      });
    // A process of a second's age still compiles the code that is to be measured.
    await sell(await seller.openSale(WARM_UP), 'before', WARM_UP);

    const saleId = await seller.openSale(ATTEMPTS);
    const metered = await shared.meterUsage(seller);
    const result = await sell(saleId, 'sale', ATTEMPTS);
    const usage = await metered();
    const drained = await seller.waitForDrain(saleId, shared.DRAINED_WITHIN_MS);
    const { settled, counts, admitted, invariants } = await shared.concludeSale(seller, saleId, {
      ...{ drained, accepted: result.accepted },
    });
    return shared.measurementOf(round, seller, 'committed', {
      figures: {
        acceptedPerSec: result.accepted / result.seconds,
        settledPerSec: settled.confirmed / settled.seconds,
        ...shared.cpuPer(admitted, usage),
      },
      counts: { ...shared.countsOf(result), ...counts },
      ...shared.seen(result),
      ...(result.refused === 0 ? { acceptedMs: result.latencyMs } : {}),
      settleMs: settled.settleMs,
      ...{ usage, invariants },
    });
  } finally {
    await shop.stop();
  }
}
