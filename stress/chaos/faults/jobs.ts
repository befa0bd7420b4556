import { randomUUID } from 'node:crypto';
import { createEnqueue } from '../../../src/features/purchase/enqueue.ts';
import { parseInflight, type AttemptBatch } from '../../../src/features/purchase/purchase.model.ts';
import { readInstanceFile } from '../../../src/infrastructure/embedded/instance-file.ts';
import { silentLogger } from '../../../src/infrastructure/logging/logger.ts';
import { createSettleQueue } from '../../../src/infrastructure/queue/settle-queue.ts';
import { epochKeys, saleKeys } from '../../../src/infrastructure/redis/keys.ts';
import { uuidOf } from '../../../src/utils/short-id.ts';
import type { ChaosRound, Fault, Heal } from '../fault.ts';

const nothing: Heal = () => Promise.resolve();

/** Bull's list of jobs that wait, and the locks of those that run. */
const WAITING = '{settle-0}:settle:wait';
const LOCKS = '{settle-0}:settle:*:lock';

/** What is in flight now, as its jobs had it. */
async function readBatches({ redis, sales }: ChaosRound): Promise<AttemptBatch[]> {
  const batches = new Map<string, AttemptBatch>();
  for (const { saleId, stockId } of sales) {
    const epoch = Number(await redis.hget(saleKeys(saleId).gate, 'epoch'));
    const records = await redis.hgetall(epochKeys(saleId, epoch).inflight);
    for (const [id, record] of Object.entries(records)) {
      const { batchId, ...attempt } = parseInflight(uuidOf(id), record);
      const batch = batches.get(batchId) ?? { saleId, stockId, batchId, attempts: [] };
      batches.set(batchId, batch);
      batch.attempts.push(attempt);
    }
  }
  return [...batches.values()];
}

async function stopWorkers({ instance }: ChaosRound): Promise<() => void> {
  const pids = await instance.pids('worker');
  pids.forEach((pid) => instance.signal(pid, 'SIGSTOP'));
  return () => pids.forEach((pid) => instance.signal(pid, 'SIGCONT'));
}

export const JOB_FAULTS: readonly Fault[] = [
  {
    name: 'job-stalled-runs-twice',
    group: 'jobs',
    expected: 'two workers run it at once; the second one finds the outcomes of the first',
    async begin(round) {
      const { redis, until, pause } = round;
      const trap = await round.arm('worker.before-commit', { act: 'wait', ms: 2_000 });
      await until(trap.hasHit, 'a worker waits inside its transaction', 4_000).catch(() => undefined);
      await trap.disarm();
      // Without their locks the running jobs count as stalled, and are given to the next worker.
      const locks = await redis.keys(LOCKS);
      if (locks.length > 0) await redis.unlink(locks);
      await pause(2_000);
      return nothing;
    },
  },
  {
    name: 'job-added-ten-times',
    group: 'jobs',
    expected: 'under its own id it is one job; under other ids it changes nothing',
    async begin(round) {
      const { instance, until, note } = round;
      const file = await readInstanceFile(instance.dataDir);
      const queue = await createSettleQueue<AttemptBatch>({
        url: file?.redisUrl ?? '',
        role: 'add',
        logger: silentLogger,
      });
      const letGo = await stopWorkers(round);
      try {
        const enqueue = createEnqueue({ queue });
        let batches: AttemptBatch[] = [];
        await until(async () => (batches = await readBatches(round)).length > 3, 'jobs wait', 3_000).catch(
          () => undefined,
        );
        for (const batch of batches) {
          for (let time = 0; time < 10; time += 1)
            await enqueue(time % 2 === 0 ? batch : { ...batch, batchId: randomUUID() });
        }
        note(`${batches.length} jobs were added ten times each`);
      } finally {
        letGo();
        await queue.close();
      }
      return nothing;
    },
  },
  {
    name: 'jobs-out-of-order',
    group: 'jobs',
    expected: 'attempts of a transaction are decided in the order of the gate; nobody gets what is not there',
    async begin(round) {
      const { redis, random, pause } = round;
      const letGo = await stopWorkers(round);
      try {
        await pause(random.between(800, 1_500));
        await redis.eval(
          `local jobs = redis.call('LRANGE', KEYS[1], 0, -1)
           if #jobs > 0 then redis.call('DEL', KEYS[1]) end
           for index = 1, #jobs do redis.call('LPUSH', KEYS[1], jobs[index]) end`,
          1,
          WAITING,
        );
      } finally {
        letGo();
      }
      return nothing;
    },
  },
];
