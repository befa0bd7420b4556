import type { LoadResult } from '../load.ts';
import type { RoleUsage } from '../process-usage.ts';
import { readSettled, type Settled } from '../read-settled.ts';
import type { Shop } from '../start-shop.ts';
import * as shared from './round.ts';

/** Attempts a generator is started for: so many tokens fit in a file that it reads at once. */
export const STAGE = 100_000;
const STAGE_WITHIN_SEC = 180;

/** One load of at most 100,000 attempts and all that it led to. */
export interface Stage {
  attempts: number;
  result: LoadResult;
  settled: Settled;
  usage: RoleUsage;
  drained: boolean;
}

/**
 * Sells as many units as there are attempts, one shopper each, in stages: each begins when all of the last one is settled.
 *
 * @param tokensOf  the file of access tokens of a stage's shoppers
 */
export async function sellInStages(
  round: shared.Round,
  { seller, services }: Pick<Shop, 'seller' | 'services'>,
  attempts: number,
  tokensOf: (stage: number) => Promise<string>,
): Promise<{ saleId: string; stages: Stage[] }> {
  const saleId = await seller.openSale(attempts);
  const stages: Stage[] = [];
  for (let left = attempts; left > 0; left -= STAGE) {
    const amount = Math.min(STAGE, left);
    const tokensFile = await tokensOf(stages.length);
    const startedAtMs = Date.now();
    const metered = await shared.meterUsage(seller);
    const result = await round.generator.run({
      ...{ url: seller.url, path: shared.ATTEMPT_PATH, connections: round.scale.connections },
      seconds: STAGE_WITHIN_SEC,
      attempts: { body: JSON.stringify({ saleId }), tokensFile, keyPrefix: 'growth-', amount },
    });
    const drained = await seller.waitForDrain(saleId, shared.DRAINED_WITHIN_MS);
    const usage = await metered();
    const settled = await readSettled(services.db, saleId, startedAtMs);
    stages.push({ attempts: amount, result, settled, usage, drained });
  }
  return { saleId, stages };
}
