import type { ProcessBody } from '../../contracts/live-http.ts';
import type { Clock } from '../../infrastructure/clock.ts';
import { readProcesses } from '../../infrastructure/metrics/process-usage.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';

/** What every process that lives uses now, APIs first, then by age. */
export async function listProcesses({
  redis,
  clock,
}: {
  redis: Redis;
  clock: Clock;
}): Promise<ProcessBody[]> {
  const nowMs = clock.now();
  return [...(await readProcesses({ redis, clock }))]
    .map(([id, { atMs, startedAtMs, ...told }]) => ({
      id,
      ...told,
      startedAt: new Date(startedAtMs).toISOString(),
      ageMs: Math.max(0, nowMs - atMs),
    }))
    .sort((a, b) => a.role.localeCompare(b.role) || a.startedAt.localeCompare(b.startedAt) || a.pid - b.pid);
}
