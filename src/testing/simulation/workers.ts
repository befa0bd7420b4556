import type { AttemptBatch, DecidedAttempt } from '../../features/purchase/purchase.model.ts';
import { WORKERS } from './commands.ts';
import type { Drift, Shop } from './shop.ts';

/** What a worker has in hand: jobs it took, and their outcomes once they are settled. */
interface Hands {
  batchIds: string[];
  batches: AttemptBatch[];
  decided: DecidedAttempt[] | null;
}

export interface WorkerDeps {
  shop: Shop;
  /** Called for each attempt whose announcement was published. */
  publish: (attempt: DecidedAttempt) => void;
}

/** The queue, the workers and the reconciler. A job stays in the queue until it is completed, so two workers may have it. */
export function createWorkers({ shop, publish }: WorkerDeps) {
  let queue = new Map<string, AttemptBatch>();
  let copy = new Map(queue);
  const hands: (Hands | null)[] = Array.from({ length: WORKERS }, () => null);
  const announcedBefore: DecidedAttempt[][] = [];
  let measured: Drift | null = null;

  const enqueue = (batch: AttemptBatch): void => {
    if (!queue.has(batch.batchId)) queue.set(batch.batchId, batch);
  };
  const take = (picks: readonly number[]): Hands | null => {
    const ids = [...queue.keys()];
    const batchIds = [...new Set(picks.flatMap((pick) => ids[pick % Math.max(1, ids.length)] ?? []))];
    if (batchIds.length === 0) return null;
    return { batchIds, batches: batchIds.flatMap((id) => queue.get(id) ?? []), decided: null };
  };
  const settle = async (batches: readonly AttemptBatch[]): Promise<DecidedAttempt[]> => {
    const byId = new Map(batches.flatMap(({ attempts }) => attempts.map((one) => [one.attemptId, one])));
    return shop.settle([...byId.values()]);
  };
  const announce = async (decided: DecidedAttempt[], isPublishLost: boolean): Promise<void> => {
    await shop.announce(decided);
    announcedBefore.push(decided);
    if (!isPublishLost) decided.forEach(publish);
  };

  const workers = {
    enqueue,
    isIdle: () => queue.size === 0 && hands.every((one) => one === null),
    /** Goes on where it was: takes jobs, settles them in one transaction, announces them and completes the jobs. */
    async work(
      index: number,
      steps: number,
      picks: readonly number[],
      { isPublishLost = false } = {},
    ): Promise<void> {
      for (let step = 0; step < steps; step += 1) {
        const held = hands[index];
        if (!held) hands[index] = take(picks);
        else if (!held.decided) held.decided = await settle(held.batches);
        else {
          await announce(held.decided, isPublishLost);
          held.batchIds.forEach((id) => queue.delete(id));
          hands[index] = null;
        }
      }
    },
    /** Its jobs are still in the queue, and stalled ones are given to another. */
    die: (index: number): void => void (hands[index] = null),
    async announceAgain(pick: number): Promise<void> {
      const decided = announcedBefore[pick % Math.max(1, announcedBefore.length)];
      if (decided) await shop.announce(decided);
    },
    async measureDrift(): Promise<void> {
      measured = await shop.measureDrift();
    },
    async applyDrift(): Promise<void> {
      if (measured && measured.drift !== 0) await shop.applyDrift(measured);
    },
    /** A round of the reconciler; everything that is in flight counts as stale. */
    async reconcile(): Promise<void> {
      await shop.ensureGate();
      await shop.putInForce();
      for (const batch of await shop.inflight()) enqueue(batch);
      await workers.measureDrift();
      await workers.applyDrift();
    },
    /** Bull's jobs are in Redis: they go and come with it. */
    loseQueue: (): void => queue.clear(),
    keepCopy: (): void => void (copy = new Map(queue)),
    bringCopyBack: (): void => void (queue = new Map(copy)),
  };
  return workers;
}
