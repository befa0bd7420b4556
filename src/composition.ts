import type { ServiceEnv } from './config/env.ts';
import { createAnnounce } from './features/purchase/announce.ts';
import { createCombine } from './features/purchase/combine.ts';
import { createEnqueue } from './features/purchase/enqueue.ts';
import type { AttemptBatch, DecidedAttempt } from './features/purchase/purchase.model.ts';
import { createPurchaseWorker } from './features/purchase/purchase.worker.ts';
import { createEnsureGate } from './features/purchase/rebuild.ts';
import { createReconcile } from './features/purchase/reconcile.ts';
import { createSettle } from './features/purchase/settle.ts';
import { createChangeGate } from './features/sale/change-gate.ts';
import { SaleCatalogue } from './features/sale/sale-catalogue.ts';
import { createRedisClock } from './infrastructure/clock.ts';
import type { Lifecycle } from './infrastructure/lifecycle.ts';
import type { Logger } from './infrastructure/logging/logger.ts';
import { LatencyRecorder } from './infrastructure/metrics/latency.ts';
import { createDatabase } from './infrastructure/postgres/database.ts';
import { createSettleQueue } from './infrastructure/queue/settle-queue.ts';
import { connectRedis } from './infrastructure/redis/connect-redis.ts';
import { CHANNELS } from './infrastructure/redis/keys.ts';
import { followRunId } from './infrastructure/redis/run-id.ts';
import { createSubscriptions } from './infrastructure/redis/subscriptions.ts';

export interface CompositionDeps {
  env: ServiceEnv;
  logger: Logger;
  /** Everything that is opened here is closed by it, in reverse. */
  lifecycle: Lifecycle;
}

/** What both kinds of process have: PostgreSQL, Redis, the gate's clock, the sales. */
async function composeStores({ env, logger, lifecycle }: CompositionDeps, role: 'api' | 'worker') {
  const db = createDatabase({ url: env.databaseUrl, poolSize: 10, applicationName: `stampede-${role}` });
  lifecycle.onStop('postgres', () => db.destroy());
  const redis = await connectRedis(env.redisUrl, 'store', { logger });
  lifecycle.onStop('redis', () => redis.disconnect());
  const subscriber = await connectRedis(env.redisUrl, 'subscriber', { logger });
  lifecycle.onStop('redis subscriptions', () => subscriber.disconnect());
  const clock = await createRedisClock(redis);
  lifecycle.onStop('clock', () => clock.close());
  const runId = await followRunId(redis);
  const latency = new LatencyRecorder({ redis });
  lifecycle.onStop('latency figures', () => latency.close());
  const subscriptions = createSubscriptions({ redis: subscriber, logger });
  const catalogue = new SaleCatalogue({ db, redis });
  await subscriptions.on(CHANNELS.saleChanged, (saleId) => catalogue.forget(saleId));
  const ensureGate = createEnsureGate({ db, redis, runId, logger });
  return { db, redis, subscriber, subscriptions, clock, runId, latency, catalogue, ensureGate };
}

/** A settle process: takes batches off the queue and makes them true; one of all of them reconciles. */
export async function composeWorker(deps: CompositionDeps): Promise<{ start(): void }> {
  const { env, logger, lifecycle } = deps;
  const stores = await composeStores(deps, 'worker');
  const { db, redis, clock, runId, latency, catalogue, ensureGate } = stores;
  const queue = await createSettleQueue<AttemptBatch>({ url: env.redisUrl, role: 'work', logger });

  const settle = createSettle({ db, clock, logger });
  const announce = createAnnounce({
    redis,
    saleEndsAtMs: async (saleId) => {
      const sale = catalogue.peek(saleId) ?? (await catalogue.find(saleId));
      if (!sale) throw new Error(`there is no sale ${saleId}`);
      return sale.endsAtMs;
    },
  });
  const announceAndMeasure = async (saleId: string, decided: readonly DecidedAttempt[]): Promise<void> => {
    await announce(saleId, decided);
    for (const { admittedAtMs, settledAtMs } of decided) latency.record(saleId, 'settle', settledAtMs - admittedAtMs);
  };
  const combine = createCombine({ settle, announce: announceAndMeasure });
  const worker = createPurchaseWorker({ queue, combine, redis, logger });
  const changeGate = createChangeGate({ redis });
  const enqueue = createEnqueue({ queue });
  const reconcile = createReconcile({ db, redis, runId, clock, ensureGate, changeGate, enqueue, logger });
  lifecycle.onStop('worker', () => worker.close());
  lifecycle.onStop('queue', () => queue.close());
  lifecycle.onStop('reconcile', () => reconcile.close());
  return {
    start() {
      worker.start();
      reconcile.start();
    },
  };
}
