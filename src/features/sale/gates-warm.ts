import type { Redis } from 'ioredis';
import type { Clock } from '../../infrastructure/clock.ts';
import { saleKeys } from '../../infrastructure/redis/keys.ts';
import type { RunId } from '../../infrastructure/redis/run-id.ts';
import type { SaleCatalogue } from './sale-catalogue.ts';

/** Whether every sale that is open now has a gate on the server we are connected to that admits. */
export async function areGatesWarm({
  redis,
  runId,
  clock,
  catalogue,
}: {
  redis: Redis;
  runId: RunId;
  clock: Clock;
  catalogue: SaleCatalogue;
}): Promise<boolean> {
  const now = clock.now();
  const open = (await catalogue.list()).filter(
    ({ state, startsAtMs, endsAtMs }) => state !== 'stopped' && startsAtMs <= now && now < endsAtMs,
  );
  const gates = await Promise.all(
    open.map(({ saleId }) => redis.hmget(saleKeys(saleId).gate, 'runId', 'admitsFrom')),
  );
  return gates.every(
    ([gateRunId, admitsFrom]) =>
      typeof gateRunId === 'string' && gateRunId === runId.current() && Number(admitsFrom ?? 0) <= now,
  );
}
