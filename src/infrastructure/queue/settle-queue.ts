import Bull from 'bull';
import { Redis } from 'ioredis';
import type { Logger } from '../logging/logger.ts';

/** The one file that knows Bull. */
export interface SettleQueue<Job> {
  /** Resolves when Redis has the job. Adding an id that is still there is a no-op. @throws within 500 ms */
  add(jobId: string, job: Job): Promise<void>;
  /** Of these ids those that no job has: for them `add` would do something. One round trip. */
  lacking(jobIds: readonly string[]): Promise<string[]>;
  /** Runs jobs, `concurrency` at once, each at least once, until `close`. */
  process(concurrency: number, run: (job: Job) => Promise<void>): void;
  counts(): Promise<{ waiting: number; active: number; delayed: number; failed: number; oldestMs: number }>;
  isReady(): boolean;
  close(): Promise<void>;
}

/** Braces: all keys of the queue share a slot on Redis Cluster, and a second queue may be another shard. */
const PREFIX = '{settle-0}';
const NAME = 'settle';

const SETTINGS: Bull.AdvancedSettings = {
  // A worker that dies is noticed after at most lockDuration + stalledInterval, and its jobs must run again within 5 s;
  // with Bull's defaults (30 s each) they were seen to wait 32 s, with a lock of 4 s on a busy machine more than 5 s.
  // The lock is renewed at half its duration; one that is lost to a pause costs a job that runs twice, which is harmless.
  lockDuration: 3_000,
  stalledInterval: 1_000,
  maxStalledCount: 1_000_000,
  guardInterval: 1_000,
  drainDelay: 5,
  backoffStrategies: { settle: (attemptsMade) => Math.min(1_000, 50 * 2 ** Math.min(attemptsMade, 10)) },
};

const JOB_OPTIONS: Bull.JobOptions = {
  // Trouble with the infrastructure retries without end; only settle decides that an attempt can never work.
  attempts: Number.MAX_SAFE_INTEGER,
  backoff: { type: 'settle' },
  // Re-adding the id of a job that is kept, failed or completed, would be swallowed without a word.
  removeOnComplete: true,
  removeOnFail: true,
  stackTraceLimit: 1,
};

/** Bull's three kinds of connection. Adding a job twice is one job, so a bounded wait is all that matters there. */
const CONNECTIONS = {
  client: {
    commandTimeout: 500,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
  },
  subscriber: { maxRetriesPerRequest: null, enableReadyCheck: false },
  bclient: { maxRetriesPerRequest: null, enableReadyCheck: false },
} as const;

/** Connects the queue; a process that only adds opens no blocking connection. */
export async function createSettleQueue<Job>({
  url,
  role,
  logger,
}: {
  url: string;
  /** A worker's client connection waits instead of failing: its commands move jobs, and are Bull's to repeat. */
  role: 'add' | 'work';
  logger: Logger;
}): Promise<SettleQueue<Job>> {
  const connections: Redis[] = [];
  const queue = new Bull<Job>(NAME, {
    prefix: PREFIX,
    settings: SETTINGS,
    createClient: (type) => {
      const options =
        type === 'client' && role === 'work' ? { maxRetriesPerRequest: null } : CONNECTIONS[type];
      const redis = new Redis(url, {
        ...options,
        connectionName: `stampede-queue-${type}`,
        retryStrategy: (tries) => Math.min(50 * tries, 500),
        // Bull loads its scripts before the connection stands; nobody else sends anything, see below.
        ...(type === 'client' && role === 'add' ? { enableOfflineQueue: true } : {}),
      });
      redis.on('error', (error: Error) => logger.warn('queue connection', { type, error: error.message }));
      connections.push(redis);
      return redis;
    },
  });
  queue.on('error', (error) => logger.warn('queue', { error: error.message }));
  queue.on('stalled', (job) => logger.warn('job stalled, it runs again', { batchId: String(job.id) }));
  queue.on('failed', (job, error) =>
    logger.warn('job will be tried again', {
      batchId: String(job.id),
      attemptsMade: job.attemptsMade,
      error: error.message,
    }),
  );
  await queue.isReady(); // its scripts are loaded; the connection may not stand yet
  await untilReady(queue.client);
  for (const redis of connections) redis.options.enableOfflineQueue = role === 'work';

  return {
    async add(jobId, job) {
      await queue.add(job, { ...JOB_OPTIONS, jobId });
    },
    async lacking(jobIds) {
      const asking = queue.client.pipeline();
      for (const id of jobIds) asking.exists(queue.toKey(id));
      const replies = (await asking.exec()) ?? [];
      return jobIds.filter((_, index) => replies[index]?.[1] === 0);
    },
    process(concurrency, run) {
      queue
        .process(concurrency, (job) => run(job.data))
        .catch((error: unknown) => {
          logger.error('queue stopped', { error: error instanceof Error ? error.message : String(error) });
        });
    },
    async counts() {
      const [counts, [oldest]] = await Promise.all([queue.getJobCounts(), queue.getWaiting(0, 0)]);
      return {
        waiting: counts.waiting,
        active: counts.active,
        delayed: counts.delayed,
        failed: counts.failed,
        oldestMs: oldest ? Math.max(0, Date.now() - oldest.timestamp) : 0,
      };
    },
    isReady: () => queue.client.status === 'ready',
    async close() {
      await queue.close();
      // Bull leaves connections it was given open; they would come back for ever.
      for (const redis of connections) redis.disconnect();
    },
  };
}

/** @throws when the connection does not stand within 5 s */
function untilReady(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('Redis does not answer the queue within 5 s')), 5_000);
    redis.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
