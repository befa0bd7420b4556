import { createAnnounce } from '../features/purchase/announce.ts';
import { traceFieldsOfJob } from '../features/purchase/batch-log-fields.ts';
import { createCombine } from '../features/purchase/combine.ts';
import { createEnqueue } from '../features/purchase/enqueue.ts';
import { measureSettle } from '../features/purchase/measure-steps.ts';
import type { AttemptBatch, DecidedAttempt } from '../features/purchase/purchase.model.ts';
import { createPurchaseWorker } from '../features/purchase/purchase.worker.ts';
import { createReconcile } from '../features/purchase/reconcile.ts';
import { createSettle } from '../features/purchase/settle.ts';
import { createSettlePace } from '../features/purchase/settle-pace.ts';
import { createChangeGate } from '../features/sale/change-gate.ts';
import { createSettleQueue } from '../infrastructure/queue/settle-queue.ts';
import { composeStores, type CompositionDeps } from './stores.ts';
import { composeTracing } from './tracing.ts';

/** A settle process: takes batches off the queue and makes them true; one of all of them reconciles. */
export async function composeWorker(deps: CompositionDeps): Promise<{ start(): void }> {
  const { env, logger, lifecycle } = deps;
  const stores = await composeStores(deps, 'worker');
  const { db, redis, clock, runId, latency, meters, catalogue, ensureGate } = stores;
  const queue = await createSettleQueue<AttemptBatch>({
    ...{ url: env.redisUrl, role: 'work', clock, logger },
    describe: traceFieldsOfJob,
  });

  const lockTook = (ms: number): void => meters.observe('stampede_settle_lock_wait_seconds', [], ms / 1000);
  const tracing = await composeTracing(deps, stores, 'worker');
  const settle = tracing.steps.settle(measureSettle(createSettle({ db, clock, logger, lockTook }), meters));
  const announce = tracing.steps.announce(
    createAnnounce({
      redis,
      saleEndsAtMs: async (saleId) => {
        const sale = catalogue.peek(saleId) ?? (await catalogue.find(saleId));
        if (!sale) throw new Error(`there is no sale ${saleId}`);
        return sale.endsAtMs;
      },
    }),
  );
  const announceAndMeasure = async (saleId: string, decided: readonly DecidedAttempt[]): Promise<void> => {
    await announce(saleId, decided);
    for (const { admittedAtMs, settledAtMs } of decided)
      latency.record(saleId, 'settle', settledAtMs - admittedAtMs);
  };
  const { settleMaxPerSec } = env;
  const pace = settleMaxPerSec === undefined ? undefined : createSettlePace({ mostPerSec: settleMaxPerSec });
  const combine = createCombine({ settle, announce: announceAndMeasure, pace });
  const worker = createPurchaseWorker({ queue, combine, redis, clock, logger });
  const changeGate = createChangeGate({ redis });
  const enqueue = createEnqueue({ queue });
  const reconcile = createReconcile({
    ...{ db, redis, runId, clock, ensureGate, changeGate, queue, enqueue, logger },
  });
  lifecycle.onStop('worker', () => worker.close());
  lifecycle.onStop('queue', () => queue.close());
  lifecycle.onStop('pace', () => pace?.stop()); // before the queue, which waits for its jobs
  lifecycle.onStop('reconcile', () => reconcile.close());
  return {
    start() {
      worker.start();
      reconcile.start();
    },
  };
}
