import type { Redis } from 'ioredis';
import type { Database } from '../../infrastructure/postgres/database.ts';
import { epochKeys, saleKeys } from '../../infrastructure/redis/keys.ts';
import type { RunId } from '../../infrastructure/redis/run-id.ts';
import { loadScript } from '../../infrastructure/redis/script.ts';
import { EPOCH_SPAN } from '../../utils/sequence.ts';
import { uuidOf } from '../../utils/short-id.ts';
import { parseInflight } from './purchase.model.ts';
import { readSoldUpTo } from './reconcile.repository.ts';

const measureScript = loadScript(new URL('./measure-gate.lua', import.meta.url));

export interface MeasuredDrift {
  /** Units the gate lacks; negative: units it has too many. */
  drift: number;
  /** The gate's revision when it was measured: a repair is applied to no other. */
  revision: number;
  total: number;
  tokens: number;
  /** Attempts in flight when it was measured. */
  inflightCount: number;
}

/**
 * Compares a gate's tokens with PostgreSQL, beside live traffic.
 *
 * drift = total − units sold up to the measured sequence − tokens − units in flight and not yet confirmed.
 * The gate is measured first, at one instant; what it promises later has a higher sequence and is left out.
 *
 * @returns `null` when there is no gate of this epoch on this server
 * @throws when PostgreSQL or Redis does not answer; repeat
 */
export async function measureDrift(
  { db, redis, runId }: { db: Database; redis: Redis; runId: RunId },
  { saleId, stockId, epoch }: { saleId: string; stockId: string; epoch: number },
): Promise<MeasuredDrift | null> {
  const server = runId.current();
  if (server === null) return null;
  const { tokens: tokensKey, inflight } = epochKeys(saleId, epoch);
  const measured = (await measureScript.run(
    redis,
    [saleKeys(saleId).gate, tokensKey, inflight],
    [server, epoch],
  )) as [number, number, number, ...string[]];
  const [revision, n, tokens, ...entries] = measured;
  if (revision === -1) return null;
  const attempts = [];
  for (let index = 0; index < entries.length; index += 2) {
    attempts.push(parseInflight(uuidOf(entries[index] ?? ''), entries[index + 1] ?? ''));
  }
  const { total, soldUnits, confirmedIds } = await readSoldUpTo(
    db,
    stockId,
    epoch * EPOCH_SPAN + n,
    attempts.map(({ attemptId }) => attemptId),
  );
  const promised = attempts
    .filter(({ attemptId }) => !confirmedIds.has(attemptId))
    .reduce((sum, { quantity }) => sum + quantity, 0);
  return {
    drift: total - soldUnits - tokens - promised,
    revision,
    total,
    tokens,
    inflightCount: attempts.length,
  };
}
