import type { Database } from '../../infrastructure/postgres/database.ts';
import { epochKeys, saleKeys } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import type { RunId } from '../../infrastructure/redis/run-id.ts';
import { loadScript } from '../../infrastructure/redis/script.ts';
import { EPOCH_SPAN } from '../../utils/sequence.ts';
import { uuidOf } from '../../utils/short-id.ts';
import { unitsHeld } from '../stock/held-units.ts';
import { parseInflight } from './purchase.model.ts';
import { readSoldUpTo } from './reconcile.repository.ts';

const measureScript = loadScript(new URL('./measure-gate.lua', import.meta.url));

export interface MeasuredDrift {
  /** Units the gate lacks; negative: units it has too many. */
  drift: number;
  /** The gate's revision when it was measured: a repair is applied to no other. */
  revision: number;
  total: number;
  /** Whether the gate shows this total. */
  isTotalShown: boolean;
  tokens: number;
  /** Attempts in flight when it was measured. */
  inflightCount: number;
}

/**
 * Compares a gate's tokens with PostgreSQL, beside live traffic.
 *
 * drift = total − units sold up to the measured sequence − tokens − units in flight and not yet confirmed − units held by
 * operators' changes that are not yet made.
 * The gate is measured first, at one instant; what it promises later has a higher sequence and is left out.
 *
 * @returns `null` when there is no gate of this epoch on this server
 * @throws when PostgreSQL or Redis does not answer; repeat
 */
export async function measureDrift(
  { db, redis, runId }: { db: Database; redis: Redis; runId: RunId },
  { saleId, stockId, epoch }: { saleId: string; stockId: string; epoch: number },
): Promise<MeasuredDrift | null> {
  const server = runId.of(saleId);
  if (server === null) return null;
  const { tokens: tokensKey, inflight, changes } = epochKeys(saleId, epoch);
  const measured = (await measureScript.run(
    redis,
    [saleKeys(saleId).gate, tokensKey, inflight, changes],
    [server, epoch],
  )) as [number, number, number, number, string[], ...string[]];
  const [revision, n, tokens, shownTotal, changed, ...entries] = measured;
  if (revision === -1) return null;
  const attempts = [];
  for (let index = 0; index < entries.length; index += 2) {
    attempts.push(parseInflight(uuidOf(entries[index] ?? ''), entries[index + 1] ?? ''));
  }
  const held = new Map<string, number>();
  for (let index = 0; index < changed.length; index += 2)
    held.set(changed[index] ?? '', unitsHeld(changed[index + 1] ?? ''));
  const { total, soldUnits, confirmedIds, madeIds } = await readSoldUpTo(
    db,
    stockId,
    epoch * EPOCH_SPAN + n,
    attempts.map(({ attemptId }) => attemptId),
    [...held.keys()],
  );
  const promised = attempts
    .filter(({ attemptId }) => !confirmedIds.has(attemptId))
    .reduce((sum, { quantity }) => sum + quantity, 0);
  let heldUnits = 0;
  for (const [changeId, units] of held) if (!madeIds.has(changeId)) heldUnits += units;
  return {
    drift: total - soldUnits - tokens - promised - heldUnits,
    revision,
    total,
    isTotalShown: total === shownTotal,
    tokens,
    inflightCount: attempts.length,
  };
}
