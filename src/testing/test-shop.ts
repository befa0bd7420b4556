import { AcceptedAttempts } from '../features/purchase/accepted-attempts.ts';
import { createAdopt } from '../features/purchase/adopt.ts';
import { createHearOutcomes } from '../features/purchase/hear-outcomes.ts';
import { OutcomeWaiters } from '../features/purchase/outcome-waiters.ts';
import type { Attempt } from '../features/purchase/purchase.model.ts';
import { findDecided } from '../features/purchase/purchase.repository.ts';
import { createPurchase, type AttemptAnswer } from '../features/purchase/purchase.service.ts';
import { createEnsureGate } from '../features/purchase/rebuild.ts';
import type { SaleDetails } from '../features/sale/sale.model.ts';
import { silentLogger } from '../infrastructure/logging/logger.ts';
import { connectRedis } from '../infrastructure/redis/connect-redis.ts';
import { CHANNELS } from '../infrastructure/redis/keys.ts';
import { createSubscriptions } from '../infrastructure/redis/subscriptions.ts';
import type { TestPipeline } from './test-pipeline.ts';

export interface TestShop {
  accepted: AcceptedAttempts;
  buy(sale: SaleDetails, attempt: Attempt): Promise<AttemptAnswer>;
  close(): void;
}

/** The shopper's side of an API process, without HTTP: it asks the gate, remembers what it accepted, hears outcomes. */
export async function openTestShop(
  pipeline: TestPipeline,
  { adoptionMs = 0 }: { adoptionMs?: number } = {},
): Promise<TestShop> {
  const { db, redis, admit, enqueue } = pipeline;
  const adopt = createAdopt(pipeline);
  const accepted = new AcceptedAttempts({ redis, adopt, enqueue, logger: silentLogger });
  const purchase = createPurchase({
    ...{ admit, enqueue, accepted, clock: Date, logger: silentLogger },
    ensureGate: createEnsureGate({ ...pipeline, adoptionMs, logger: silentLogger }),
    findDecided: (attemptId) => findDecided(db, attemptId),
    whenCommitted: async () => null,
    ackDurability: 'queued',
    triesPolicy: { limit: 20, windowSec: 10 },
  });
  const subscriber = await connectRedis(pipeline.redisUrl, 'subscriber', { logger: silentLogger });
  const subscriptions = createSubscriptions({ redis: subscriber, logger: silentLogger });
  const waiters = new OutcomeWaiters();
  const [sendOutcome, outcomeTook] = [() => undefined, () => undefined];
  await subscriptions.on(
    CHANNELS.outcomes,
    createHearOutcomes({ accepted, waiters, sendOutcome, outcomeTook }),
  );
  await subscriptions.on(CHANNELS.saleChanged, (saleId) => {
    accepted.adoptAll(saleId).catch(() => undefined); // Redis went away again: the next change of epoch comes back here
  });
  const lookUp = setInterval(() => void accepted.lookUp().catch(() => undefined), 1_000);
  return {
    accepted,
    buy: (sale, attempt) => new Promise((resolve) => purchase([{ sale, attempt, answer: resolve }])),
    close() {
      clearInterval(lookUp);
      subscriber.disconnect();
    },
  };
}
