import type { SettleQueue } from '../../infrastructure/queue/settle-queue.ts';
import type { AttemptBatch } from './purchase.model.ts';

export type Enqueue = (batch: AttemptBatch) => Promise<void>;

/**
 * Puts admitted attempts on the queue: one job for all of a gate call, with the batch id as its job id, so that adding
 * it twice is one job.
 *
 * @throws when the queue does not take it in time; the attempts stay in flight and reconcile adds them again
 */
export function createEnqueue({ queue }: { queue: SettleQueue<AttemptBatch> }): Enqueue {
  return (batch) => queue.add(batch.batchId, batch);
}
