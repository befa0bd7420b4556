import type { ChaosRound, Fault, Heal } from '../fault.ts';

/** Ends Redis at once; healed when the supervisor's new one answers. */
async function killRedis({ instance }: Pick<ChaosRound, 'instance'>): Promise<Heal> {
  const pids = await instance.pids('redis');
  await Promise.all(pids.map((pid) => instance.kill('redis', pid)));
  return () => instance.untilBack('redis', pids);
}

export const REDIS_FAULTS: readonly Fault[] = [
  {
    name: 'redis-killed',
    group: 'redis',
    expected: '503 for about a second; the gate is rebuilt and carries over what was in flight',
    begin: killRedis,
  },
  {
    name: 'redis-flushed',
    group: 'redis',
    expected: '503 until the gate is rebuilt; each API process brings back what it had accepted',
    async begin({ redis, redisLoses }) {
      redisLoses();
      await redis.flushall();
      return () => Promise.resolve();
    },
  },
  {
    name: 'redis-paused',
    group: 'redis',
    expected: '503 outcome_unknown within 500 ms; what was promised is found again',
    async begin({ redis, random, pause }) {
      const ms = random.between(800, 3_000);
      await redis.call('CLIENT', 'PAUSE', String(ms), 'ALL');
      await pause(ms);
      return () => Promise.resolve();
    },
  },
];
