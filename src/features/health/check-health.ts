import type { HealthBody } from '../../contracts/http.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import { keysOnEveryServer, serversOf, type Redis } from '../../infrastructure/redis/redis.ts';

type Checks = HealthBody['checks'];
type Check = Checks['postgres'];
type Question = () => Promise<boolean>;

export interface HealthDeps {
  db: Database;
  redis: Redis;
  version: string;
  commit: string;
  isQueueOk: Question;
  isClientBuilt: () => boolean;
  areGatesWarm: Question;
  isWorkerAlive: Question;
  /** How long a check may take, ms. */
  timeoutMs?: number;
}

export interface Health {
  /** Whether the stores and the queue answer. */
  check(): Promise<HealthBody>;
  /** Whether a shopper can buy: the stores take writes, the page is there, gates are warm, a worker lives. */
  checkReady(): Promise<HealthBody>;
  /** That this process answers, with what the last check found: a store that is away is no reason to restart it. */
  checkLive(): Promise<HealthBody>;
}

/** string: when readiness was last asked for, on every server of a cluster; 60 s. Owner: health. */
const PROBE_KEY = 'health:probe';
const PROBE_EXPIRY_SEC = 60;

/** Makes the health checks; each answers within `timeoutMs` (1 s) whatever the services do. */
export function createHealth({
  db,
  redis,
  version,
  commit,
  isQueueOk,
  isClientBuilt,
  areGatesWarm,
  isWorkerAlive,
  timeoutMs = 1_000,
}: HealthDeps): Health {
  let lastChecks: Promise<Checks> | undefined;

  const ask = (question: Question): Promise<Check> => timed(question, timeoutMs);

  async function checkServices(): Promise<Checks> {
    const [postgres, redisAnswers, queue] = await Promise.all([
      ask(() => succeeds(db.raw('select 1'))),
      ask(() => everySucceeds(() => serversOf(redis).map((server) => server.ping()))),
      ask(isQueueOk),
    ]);
    return { postgres, redis: redisAnswers, queue };
  }

  async function checkEverything(): Promise<Checks> {
    const [postgres, redisAnswers, queue, client, gates, worker] = await Promise.all([
      ask(() =>
        succeeds(db('health_probe').insert({ id: 1, written_at: db.fn.now() }).onConflict('id').merge()),
      ),
      ask(() =>
        everySucceeds(() =>
          keysOnEveryServer(redis, PROBE_KEY).map((key) =>
            redis.set(key, Date.now(), 'EX', PROBE_EXPIRY_SEC),
          ),
        ),
      ),
      ask(isQueueOk),
      ask(async () => isClientBuilt()),
      ask(areGatesWarm),
      ask(isWorkerAlive),
    ]);
    return { postgres, redis: redisAnswers, queue, client, gates, worker };
  }

  async function present(checking: Promise<Checks>): Promise<HealthBody> {
    lastChecks = checking;
    const checks = await checking;
    const isOk = Object.values(checks).every((check) => check.ok);
    return { status: isOk ? 'ok' : 'unavailable', version, commit, checks };
  }

  return {
    check: () => present(checkServices()),
    checkReady: () => present(checkEverything()),
    checkLive: async () => {
      lastChecks ??= checkServices();
      return { status: 'ok', version, commit, checks: await lastChecks };
    },
  };
}

async function succeeds(work: PromiseLike<unknown>): Promise<boolean> {
  await work;
  return true;
}

async function everySucceeds(begin: () => Promise<unknown>[]): Promise<boolean> {
  await Promise.all(begin());
  return true;
}

/** Never rejects: what fails or takes too long is a check that is not ok, and says so in words fit for anybody. */
async function timed(question: Question, timeoutMs: number): Promise<Check> {
  const startedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, `no answer within ${timeoutMs} ms`);
  });
  // Not the error's own message: it may name hosts and users, and anybody may ask.
  const answer = question().then(
    (isOk) => (isOk ? true : 'not yet'),
    () => 'failed',
  );
  const result = await Promise.race([answer, timeUp]);
  clearTimeout(timer);
  const latencyMs = Math.round((performance.now() - startedAt) * 100) / 100;
  return result === true ? { ok: true, latencyMs } : { ok: false, latencyMs, detail: result };
}
