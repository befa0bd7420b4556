import { randomUUID } from 'node:crypto';
import { epochKeys, KEPT_AFTER_END_MS, saleKeys } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import type { RunId } from '../../infrastructure/redis/run-id.ts';
import { loadScript } from '../../infrastructure/redis/script.ts';
import { shortId } from '../../utils/short-id.ts';
import { inflightRecord, type AdmittedAttempt, type AttemptBatch } from './purchase.model.ts';

const adoptScript = loadScript(new URL('./adopt.lua', import.meta.url));

export type Adopt = (
  saleId: string,
  stockId: string,
  attempts: readonly AdmittedAttempt[],
) => Promise<AttemptBatch>;

/**
 * Writes attempts of earlier epochs into the gate that is open now. Attempts the gate knows already are left alone;
 * without an open gate nothing happens. May be repeated.
 *
 * @returns the batch of those that were adopted, to be enqueued
 * @throws when Redis does not answer; repeat
 */
export function createAdopt({ redis, runId }: { redis: Redis; runId: RunId }): Adopt {
  return async (saleId, stockId, attempts) => {
    const batchId = randomUUID();
    const none: AttemptBatch = { saleId, stockId, batchId, attempts: [] };
    const server = runId.of(saleId);
    const epoch = await redis.hget(saleKeys(saleId).gate, 'epoch');
    if (server === null || epoch === null || attempts.length === 0) return none;
    const keys = saleKeys(saleId);
    const { tokens, shoppers, inflight, line } = epochKeys(saleId, Number(epoch));
    const reply = (await adoptScript.run(
      redis,
      [keys.gate, tokens, shoppers, inflight, line, keys.known, keys.latest],
      [
        server,
        epoch,
        KEPT_AFTER_END_MS,
        ...attempts.flatMap((attempt) => [
          shortId(attempt.attemptId),
          shortId(attempt.shopperId),
          attempt.quantity,
          attempt.sequence,
          inflightRecord(attempt, batchId),
        ]),
      ],
    )) as number[];
    return reply[0] === -1 ? none : { ...none, attempts: attempts.filter((_, index) => reply[index] === 1) };
  };
}
