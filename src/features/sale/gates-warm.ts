import type { Clock } from '../../infrastructure/clock.ts';
import { saleKeys } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import type { RunId } from '../../infrastructure/redis/run-id.ts';
import type { SaleCatalogue } from './sale-catalogue.ts';

interface GateWarmDeps {
  redis: Redis;
  runId: RunId;
  clock: Clock;
}

/** Whether a sale has a gate on the server we are connected to that admits now, or from the sale's start on. */
export async function isGateWarm(
  { redis, runId, clock }: GateWarmDeps,
  { saleId, startsAtMs }: { saleId: string; startsAtMs: number },
): Promise<boolean> {
  const [gateRunId, admitsFrom] = await redis.hmget(saleKeys(saleId).gate, 'runId', 'admitsFrom');
  const wantedFrom = Math.max(clock.now(), startsAtMs);
  return (
    typeof gateRunId === 'string' && gateRunId === runId.of(saleId) && Number(admitsFrom ?? 0) <= wantedFrom
  );
}

/** Whether the gate of every sale that is open now is warm. */
export async function areGatesWarm(deps: GateWarmDeps & { catalogue: SaleCatalogue }): Promise<boolean> {
  const now = deps.clock.now();
  const open = (await deps.catalogue.list()).filter(
    ({ state, startsAtMs, endsAtMs }) => state !== 'stopped' && startsAtMs <= now && now < endsAtMs,
  );
  return (await Promise.all(open.map((sale) => isGateWarm(deps, sale)))).every(Boolean);
}
