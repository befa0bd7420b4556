import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChaosRound, Fault, Heal } from '../fault.ts';
import type { LineFault } from '../tcp-proxy.ts';

const nothing: Heal = () => Promise.resolve();

/** Redis keeps its append-only file in this folder. */
const storeOf = (dataDir: string): string => join(dataDir, 'redis', 'appendonlydir');

/** Ends Redis at once; healed when the supervisor's new one answers. */
async function killRedis({ instance }: Pick<ChaosRound, 'instance'>): Promise<Heal> {
  const pids = await instance.pids('redis');
  await Promise.all(pids.map((pid) => instance.kill('redis', pid)));
  return () => instance.untilBack('redis', pids);
}

/** Every line to Redis fares so. */
function onBothLines({ proxies }: Pick<ChaosRound, 'proxies'>, fault: LineFault): Heal {
  const lines = [proxies['api-redis'], proxies['worker-redis']];
  lines.forEach((line) => line.set(fault));
  return async () => lines.forEach((line) => line.heal());
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
      return nothing;
    },
  },
  {
    name: 'redis-restarted-empty',
    group: 'redis',
    expected: 'the same, by another server',
    async begin(round) {
      await rm(storeOf(round.instance.dataDir), { recursive: true, force: true });
      round.redisLoses();
      return killRedis(round);
    },
  },
  {
    name: 'redis-replaced-by-stale-copy',
    group: 'redis',
    expected: 'the old gate is not believed; surplus promises are refused by settle, never oversold',
    async begin(round) {
      const { instance, random, pause } = round;
      const store = storeOf(instance.dataDir);
      const copy = `${store}.copy`;
      await cp(store, copy, { recursive: true });
      await pause(random.between(300, 1_500));
      // Stopped first: what it writes while its file is exchanged must be lost with it.
      for (const pid of await instance.pids('redis')) instance.signal(pid, 'SIGSTOP');
      await rm(store, { recursive: true, force: true });
      await cp(copy, store, { recursive: true });
      await rm(copy, { recursive: true, force: true });
      round.redisLoses();
      return killRedis(round);
    },
  },
  {
    name: 'redis-and-every-process-lost',
    group: 'redis',
    expected: 'under queued what was not settled is lost and reads 404; under committed nothing is lost',
    needs: { alone: true },
    async begin({ instance, redis, redisLoses }) {
      const [api, workers] = [await instance.pids('api'), await instance.pids('worker')];
      redisLoses();
      // Workers first: what they had not settled yet is only in Redis and in the API processes' memory.
      for (const pid of workers) await instance.kill('worker', pid);
      for (const pid of api) await instance.kill('api', pid);
      await redis.flushall();
      redisLoses(); // what was accepted up to now, too
      return async () => {
        await instance.untilBack('api', api);
        await instance.untilBack('worker', workers);
      };
    },
  },
  {
    name: 'redis-at-maxmemory',
    group: 'redis',
    expected: '503, readiness red; reads go on; nothing promised is lost',
    async begin({ redis }) {
      await redis.config('SET', 'maxmemory', '1');
      return async () => {
        await redis.config('SET', 'maxmemory', '0');
      };
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
      return nothing;
    },
  },
  {
    name: 'redis-slow',
    group: 'redis',
    expected: '503 outcome_unknown after 500 ms; what was promised is settled',
    begin: async (round) => onBothLines(round, { kind: 'slow', ms: 500, way: 'to-client' }),
  },
  {
    name: 'redis-answers-cut',
    group: 'redis',
    expected: '503 outcome_unknown; nothing is sent twice, so no unit is taken twice',
    begin: async (round) =>
      onBothLines(round, { kind: 'cut-reply', keep: 'a part', times: round.random.between(1, 6) }),
  },
  {
    name: 'rebuilder-dies',
    group: 'redis',
    expected: 'another process rebuilds the gate under the next epoch',
    async begin(round) {
      const trap = await round.arm('any.after-epoch', { act: 'die' });
      round.redisLoses();
      await round.redis.flushall();
      await round.until(trap.hasHit, 'somebody rebuilds a gate', 10_000);
      return trap.disarm;
    },
  },
];
