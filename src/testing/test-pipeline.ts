import { randomUUID } from 'node:crypto';
import { composeWorker } from '../composition/worker.ts';
import { readServiceEnv } from '../config/env.ts';
import { createAdmit, type Admit } from '../features/purchase/admit.ts';
import { attemptIdOf } from '../features/purchase/attempt-id.ts';
import { createEnqueue, type Enqueue } from '../features/purchase/enqueue.ts';
import type { AdmittedAttempt, Attempt, AttemptBatch } from '../features/purchase/purchase.model.ts';
import type { SaleDetails } from '../features/sale/sale.model.ts';
import { createLifecycle } from '../infrastructure/lifecycle.ts';
import { silentLogger, type Logger } from '../infrastructure/logging/logger.ts';
import { createSettleQueue, type SettleQueue } from '../infrastructure/queue/settle-queue.ts';
import { connectRedis } from '../infrastructure/redis/connect-redis.ts';
import { epochKeys, saleKeys } from '../infrastructure/redis/keys.ts';
import type { Redis } from '../infrastructure/redis/redis.ts';
import { followRunId } from '../infrastructure/redis/run-id.ts';
import { startTestServices, type TestServices, type TestServicesOptions } from './test-services.ts';
import { uuidOf } from '../utils/short-id.ts';

export function anAttempt(saleId: string, shopperId: string, overrides: Partial<Attempt> = {}): Attempt {
  const idempotencyKey = overrides.idempotencyKey === undefined ? randomUUID() : overrides.idempotencyKey;
  return {
    attemptId: attemptIdOf(saleId, shopperId, idempotencyKey),
    shopperId,
    quantity: 1,
    ...overrides,
    idempotencyKey,
  };
}

export interface TestPipeline extends TestServices {
  gate: Redis;
  admit: Admit;
  enqueue: Enqueue;
  queue: SettleQueue<AttemptBatch>;
  /** Starts a real worker in this process. */
  startWorker(
    variables?: Record<string, string>,
    options?: { logger?: Logger },
  ): Promise<{ stop(): Promise<void> }>;
  epochOf(saleId: string): Promise<number>;
  tokens(saleId: string): Promise<number>;
  inflight(saleId: string): Promise<string[]>;
  /** Admits and, unless told not to, enqueues: what an API process does with attempts of one turn. */
  accept(sale: SaleDetails, attempts: Attempt[], options?: { enqueue?: boolean }): Promise<AdmittedAttempt[]>;
}

/** The pipeline's steps over real stores of this test file's own. */
export async function startTestPipeline(
  options: TestServicesOptions & { maxInflight?: number } = {},
): Promise<TestPipeline> {
  const services = await startTestServices(options);
  const gate = await connectRedis(services.redisUrl, 'gate', { logger: silentLogger });
  const gateRunId = await followRunId(gate);
  const queue = await createSettleQueue<AttemptBatch>({
    url: services.redisUrl,
    role: 'add',
    logger: silentLogger,
  });
  const { maxInflight = 50_000 } = options;
  const admit = createAdmit({
    redis: gate,
    runId: gateRunId,
    maxInflight,
    maxInflightAgeMs: 60_000,
    triesLimit: 20,
    triesWindowMs: 10_000,
  });
  const enqueue = createEnqueue({ queue });
  const epochOf = async (saleId: string): Promise<number> =>
    Number((await services.redis.hget(saleKeys(saleId).gate, 'epoch')) ?? 0);
  const workers = new Set<() => Promise<void>>();

  return {
    ...services,
    gate,
    admit,
    enqueue,
    queue,
    epochOf,
    async tokens(saleId) {
      return Number(await services.redis.get(epochKeys(saleId, await epochOf(saleId)).tokens));
    },
    async inflight(saleId) {
      const ids = await services.redis.hkeys(epochKeys(saleId, await epochOf(saleId)).inflight);
      return ids.map(uuidOf);
    },
    async accept(sale, attempts, { enqueue: shallEnqueue = true } = {}) {
      const batchId = randomUUID();
      const reply = await admit(sale.saleId, await epochOf(sale.saleId), batchId, attempts);
      if (reply.kind !== 'answered') throw new Error(`the gate is ${reply.kind}`);
      const admitted = reply.answers.flatMap((answer, index) => {
        const attempt = attempts[index];
        return answer.kind === 'admitted' && attempt
          ? { ...attempt, sequence: answer.sequence, admittedAtMs: answer.admittedAtMs }
          : [];
      });
      if (shallEnqueue && admitted.length > 0) {
        await enqueue({ saleId: sale.saleId, stockId: sale.stockId, batchId, attempts: admitted });
      }
      return admitted;
    },
    async startWorker(variables = {}, { logger = silentLogger } = {}) {
      const lifecycle = createLifecycle();
      const env = readServiceEnv({
        DATABASE_URL: services.databaseUrl,
        REDIS_URL: services.redisUrl,
        JWT_SECRET: 'a secret of the tests, long enough',
        ...variables,
      });
      const worker = await composeWorker({ env, logger, lifecycle });
      worker.start();
      workers.add(lifecycle.stop);
      return {
        stop: async () => {
          workers.delete(lifecycle.stop);
          await lifecycle.stop();
        },
      };
    },
    async close() {
      await Promise.all([...workers].map((stop) => stop()));
      await queue.close();
      gate.disconnect();
      await services.close();
    },
  };
}
