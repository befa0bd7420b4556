import { setTimeout as pause } from 'node:timers/promises';
import Bull from 'bull';
import type { Clock } from '../clock.ts';
import type { LogFields, Logger } from '../logging/logger.ts';
import { findServer } from '../redis/find-server.ts';
import { QUEUE_PREFIX, SET_ASIDE_JOBS_KEY } from '../redis/keys.ts';
import type { Server } from '../redis/redis.ts';
import { loadScript } from '../redis/script.ts';

const dropGhostScript = loadScript(new URL('./drop-ghost.lua', import.meta.url));

/** The one file that knows Bull. */
export interface SettleQueue<Job> {
  /** Resolves when Redis has the job. Adding an id that is still there is a no-op. @throws within 500 ms */
  add(jobId: string, job: Job): Promise<void>;
  /**
   * Of these ids those that no job has: for them `add` does something. What a lost job left behind (an end that was noted
   * after Redis had come back with an old store) is removed, or it would swallow the job for ever. One round trip, two with
   * such remains.
   */
  lacking(jobIds: readonly string[]): Promise<string[]>;
  /**
   * Runs jobs, `concurrency` at once, each at least once, until `close`. One that throws runs again, without end; one that
   * throws an `UnusableJobError` is set aside: it leaves the queue, and a person finds it among the set-aside.
   */
  process(concurrency: number, run: (job: Job) => Promise<void>): void;
  /** `failed` are the jobs set aside, of the last 1,000; `oldestMs` is the wait of the job that waits longest. */
  counts(): Promise<{ waiting: number; active: number; delayed: number; failed: number; oldestMs: number }>;
  isReady(): boolean;
  /** For the board, which only reads; nothing else may. */
  readonly bull: Bull.Queue<Job>;
  close(): Promise<void>;
}

/** A job that can never work, whoever runs it and how often: it is set aside. */
export class UnusableJobError extends Error {
  override readonly name = 'UnusableJobError';
}

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
  // What a slot waits when Redis broke under it; with Bull's 5 s a queue stood still that long after an outage.
  retryProcessDelay: 1_000,
};

const JOB_OPTIONS: Bull.JobOptions = {
  // Trouble with the infrastructure retries without end; only settle decides that an attempt can never work.
  attempts: Number.MAX_SAFE_INTEGER,
  // Re-adding the id of a job that is kept, failed or completed, would be swallowed without a word.
  removeOnComplete: true,
  removeOnFail: true,
  stackTraceLimit: 1,
};

/**
 * How long a job that failed is held before it goes back to the queue. Held by the process that ran it: Bull's own back-off
 * is an instant on the clock of one machine that another machine reads; where theirs are five minutes apart, or one is set
 * back, the job waits for five minutes.
 */
const backOffMs = (attemptsMade: number): number => Math.min(1_000, 100 * 2 ** Math.min(attemptsMade, 10));

const MOST_SET_ASIDE = 1_000;

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
  clock = Date,
  logger,
  describe = () => ({}),
}: {
  url: string;
  /** A worker's client connection waits instead of failing: its commands move jobs, and are Bull's to repeat. */
  role: 'add' | 'work';
  /** The cluster's: jobs are dated by one process and read by another. */
  clock?: Clock;
  logger: Logger;
  /** What a line names of a job that failed, beside its id; whatever the job is. */
  describe?: (job: unknown) => LogFields;
}): Promise<SettleQueue<Job>> {
  const finder = await findServer(url, QUEUE_PREFIX, { logger });
  const connections: Server[] = [];
  const queue = new Bull<Job>(NAME, {
    prefix: QUEUE_PREFIX,
    settings: SETTINGS,
    createClient: (type) => {
      const options =
        type === 'client' && role === 'work' ? { maxRetriesPerRequest: null } : CONNECTIONS[type];
      const redis = finder.connect({
        ...options,
        connectionName: `stampede-queue-${type}`,
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
      ...describe(job.data),
    }),
  );
  readEveryJob(queue);
  await queue.isReady(); // its scripts are loaded; the connection may not stand yet
  await untilReady(queue.client);
  for (const redis of connections) redis.options.enableOfflineQueue = role === 'work';

  const closing = new AbortController();

  /** Its data are kept for who looks into it; a job of the same id may come again, which a failed one would swallow. */
  const setAside = async (job: Bull.Job<Job>, reason: string): Promise<void> => {
    const batchId = String(job.id);
    logger.error('job set aside', { batchId, reason });
    const found = JSON.stringify(job.data).slice(0, 2_000);
    await queue.client
      .multi()
      .lpush(SET_ASIDE_JOBS_KEY, JSON.stringify({ at: clock.now(), batchId, reason, found }))
      .ltrim(SET_ASIDE_JOBS_KEY, 0, MOST_SET_ASIDE - 1)
      .exec();
    job.opts.removeOnComplete = true; // whoever pushed it
  };

  const runJob = async (job: Bull.Job<Job>, run: (job: Job) => Promise<void>): Promise<void> => {
    try {
      await run(job.data);
    } catch (error) {
      if (error instanceof UnusableJobError) {
        await setAside(job, error.message);
        return;
      }
      await pause(backOffMs(job.attemptsMade), undefined, { signal: closing.signal }).catch(() => undefined);
      throw error;
    }
  };

  return {
    async add(jobId, job) {
      // Bull reads a `timestamp` its types do not tell of.
      const options: Bull.JobOptions & { timestamp: number } = {
        ...JOB_OPTIONS,
        jobId,
        timestamp: clock.now(),
      };
      await queue.add(job, options);
    },
    async lacking(jobIds) {
      const asking = queue.client.pipeline();
      for (const id of jobIds) asking.exists(queue.toKey(id)).hexists(queue.toKey(id), 'data');
      const replies = ((await asking.exec()) ?? []).map(([, reply]) => reply === 1);
      const gone = jobIds.filter((_, index) => !replies[2 * index + 1]);
      await Promise.all(
        jobIds
          .filter((id, index) => replies[2 * index] && gone.includes(id))
          .map((id) => dropGhost(queue, id)),
      );
      return gone;
    },
    process(concurrency, run) {
      queue
        .process('*', concurrency, (job: Bull.Job<Job>) => runJob(job, run)) // whatever name a job has
        .catch((error: unknown) => {
          logger.error('queue stopped', { error: error instanceof Error ? error.message : String(error) });
        });
    },
    async counts() {
      const [counts, [oldest], setAsideCount] = await Promise.all([
        queue.getJobCounts(),
        queue.getWaiting(0, 0),
        queue.client.llen(SET_ASIDE_JOBS_KEY),
      ]);
      return {
        waiting: counts.waiting,
        active: counts.active,
        delayed: counts.delayed,
        failed: counts.failed + setAsideCount,
        oldestMs: oldest ? Math.max(0, clock.now() - oldest.timestamp) : 0,
      };
    },
    isReady: () => queue.client.status === 'ready',
    bull: queue,
    async close() {
      closing.abort(); // a job that is held goes back at once
      await queue.close();
      // Bull leaves connections it was given open; they would come back for ever.
      for (const redis of connections) redis.disconnect();
      finder.close();
    },
  };
}

type JobFields = Record<string, string>;

/**
 * Has Bull hand out each job, whatever is stored of it: one whose fields are no JSON without them (Bull would throw between
 * taking it and running it, again and again, and each time a slot would stand still), one that is gone not at all.
 */
function readEveryJob(queue: Bull.Queue): void {
  const bull = queue as unknown as { nextJobFromJobData(fields: JobFields | null, jobId: string): unknown };
  const next = bull.nextJobFromJobData.bind(queue);
  bull.nextJobFromJobData = (fields, jobId) => {
    if (!fields) return next(null, jobId);
    if (fields.data !== undefined)
      return next(Object.fromEntries(Object.entries(fields).map(makeReadable)), jobId);
    return dropGhost(queue, jobId).then(() => next(null, jobId));
  };
}

function dropGhost(queue: Bull.Queue, jobId: string): Promise<unknown> {
  const job = queue.toKey(jobId);
  return dropGhostScript.run(queue.client, [job, queue.toKey('active'), `${job}:lock`], [jobId]);
}

const EMPTY_BY_FIELD: Readonly<Record<string, string>> = {
  data: 'null',
  opts: '{}',
  stacktrace: '[]',
  returnvalue: 'null',
};

function makeReadable([field, text]: [string, string]): [string, string] {
  const empty = EMPTY_BY_FIELD[field];
  if (empty === undefined) return [field, text];
  try {
    JSON.parse(text);
    return [field, text];
  } catch {
    return [field, empty];
  }
}

/** @throws when the connection does not stand within 5 s */
function untilReady(redis: Server): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('Redis does not answer the queue within 5 s')), 5_000);
    redis.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
