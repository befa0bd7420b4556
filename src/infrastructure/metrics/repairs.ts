import type { Redis } from '../redis/redis.ts';
import { REPAIRS_KEY } from '../redis/keys.ts';

/** What heals by itself, and is counted so that a person can see how often. */
export const REPAIRS = ['gatesRebuilt', 'attemptsAdopted', 'batchesEnqueuedAgain', 'unitsCorrected'] as const;
export type Repair = (typeof REPAIRS)[number];

/** Counts a repair that was made. It is a figure: when Redis does not take it, it is not counted. */
export function countRepair(redis: Redis, repair: Repair, by = 1): void {
  redis.hincrby(REPAIRS_KEY, repair, by).catch(() => undefined);
}

/** @returns how often each repair was made, over all sales and processes, since Redis has its present store */
export async function readRepairs(redis: Redis): Promise<Record<Repair, number>> {
  const counts = await redis.hmget(REPAIRS_KEY, ...REPAIRS);
  return Object.fromEntries(REPAIRS.map((repair, index) => [repair, Number(counts[index] ?? 0)])) as Record<
    Repair,
    number
  >;
}
