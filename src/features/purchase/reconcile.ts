import { randomUUID } from 'node:crypto';
import type { Clock } from '../../infrastructure/clock.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import type { Logger } from '../../infrastructure/logging/logger.ts';
import { countRepair } from '../../infrastructure/metrics/repairs.ts';
import { epochKeys, saleKeys } from '../../infrastructure/redis/keys.ts';
import type { SettleQueue } from '../../infrastructure/queue/settle-queue.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import type { RunId } from '../../infrastructure/redis/run-id.ts';
import type { ChangeGate } from '../sale/change-gate.ts';
import { tellUntold } from '../order/cancel-order.ts';
import { finishHeld } from '../stock/finish-held.ts';
import { findSale } from '../sale/sale.repository.ts';
import type { Enqueue } from './enqueue.ts';
import { EPOCH_SPAN } from '../../utils/sequence.ts';
import { uuidOf } from '../../utils/short-id.ts';
import { parseBatchOf, parseInflight, type AttemptBatch } from './purchase.model.ts';
import type { EnsureGate } from './rebuild.ts';
import { dropLease, readSalesWithGates, takeLease, type SaleTruth } from './reconcile.repository.ts';
import { repairDrift } from './repair-drift.ts';

/** An attempt in flight for longer than this is enqueued again, ms: settled or not, both heal. */
const STALE_AFTER_MS = 2_000;
/** Entries looked at a round and sale, oldest first. */
const MOST_STALE = 5_000;
/**
 * With more than this in flight the drift is measured every fifth round only, for it reads them all; but in each round of a
 * rebuilt gate that waits to admit, which must know by then what settled while it was rebuilt (docs/decisions/0014).
 */
const MANY_IN_FLIGHT = 2_000;
const LEASE = 'reconcile';
const LEASE_MS = 3_000;

export interface ReconcileDeps {
  db: Database;
  redis: Redis;
  runId: RunId;
  clock: Clock;
  ensureGate: EnsureGate;
  changeGate: ChangeGate;
  queue: Pick<SettleQueue<AttemptBatch>, 'lacking'>;
  enqueue: Enqueue;
  logger: Logger;
}

/**
 * Repairs the gates from PostgreSQL, once a second, by one leader: rebuilds a gate that is gone, enqueues again what was
 * promised and is not settled, and repairs drift. Every repair is idempotent and fenced, so two leaders do no harm.
 */
export function createReconcile(deps: ReconcileDeps, { everyMs = 1_000 } = {}) {
  const holder = randomUUID();
  let round = 0;
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;

  const runOnce = async (): Promise<void> => {
    round += 1;
    for (const sale of await readSalesWithGates(deps.db)) {
      try {
        await reconcileSale(deps, sale, round);
      } catch (error) {
        deps.logger.warn('sale not reconciled, trying again', { saleId: sale.saleId, error: String(error) });
      }
    }
  };
  const tick = (): void => {
    running ??= takeLease(deps.db, LEASE, holder, LEASE_MS)
      .then((leads) => (leads ? runOnce() : undefined))
      .catch((error: unknown) => deps.logger.warn('reconcile waits', { error: String(error) }))
      .finally(() => {
        running = null;
      });
  };
  return {
    runOnce,
    /** The same for one sale, now and whoever leads. */
    async runFor(saleId: string): Promise<void> {
      // A round number that measures the drift however many are in flight.
      for (const sale of await readSalesWithGates(deps.db, saleId)) await reconcileSale(deps, sale, 0);
    },
    start(): void {
      tick();
      timer = setInterval(tick, everyMs);
    },
    async close(): Promise<void> {
      clearInterval(timer);
      await running;
      await dropLease(deps.db, LEASE, holder).catch(() => undefined); // it expires by itself
    },
  };
}

async function reconcileSale(deps: ReconcileDeps, sale: SaleTruth, round: number): Promise<void> {
  const { redis, runId } = deps;
  const gate = await redis.hmget(
    saleKeys(sale.saleId).gate,
    ...['runId', 'epoch', 'n', 'state', 'startsAt', 'endsAt', 'limit', 'admitsFrom'],
  );
  const [gateRunId, epochText, n, state, startsAt, endsAt, limit, admitsFrom] = gate;
  const epoch = Number(epochText ?? 0);
  const isWhole = (await redis.exists(epochKeys(sale.saleId, epoch).tokens)) === 1;
  const isBehind = epoch * EPOCH_SPAN + Number(n ?? 0) < sale.lastSequence;
  if (epoch !== sale.epoch || !isWhole || gateRunId !== runId.of(sale.saleId) || isBehind) {
    // A rebuild between the two reads looks like a newer epoch as well: `ensureGate` looks again before it acts.
    await deps.ensureGate(sale.saleId, sale.stockId);
    return;
  }
  const agrees =
    state === sale.state &&
    Number(startsAt) === sale.startsAtMs &&
    Number(endsAt) === sale.endsAtMs &&
    Number(limit) === sale.perShopperLimit;
  if (!agrees) await putInForce(deps, sale);
  await finishHeld(deps, { ...sale, epoch });
  if (sale.hasUntold) await tellUntold(deps, sale.saleId);
  await enqueueStale(deps, sale, epoch);
  const inflightCount = await redis.hlen(epochKeys(sale.saleId, epoch).inflight);
  const waitsToAdmit = deps.clock.now() < Number(admitsFrom ?? 0);
  if (inflightCount <= MANY_IN_FLIGHT || waitsToAdmit || round % 5 === 0)
    await repairDrift(deps, { ...sale, epoch });
}

/**
 * Puts the sale's settings in force at its gate. Read again for it: an operator may have changed both since this round
 * began, and what was true then must not undo that.
 */
async function putInForce({ db, changeGate }: ReconcileDeps, { saleId }: SaleTruth): Promise<void> {
  const sale = await findSale(db, saleId);
  if (sale) await changeGate(sale);
}

/**
 * Adds the batches of attempts that are in flight for too long and have no job any more: settling a known attempt announces
 * it again, so a commit whose announcement was lost is healed too.
 *
 * In a backlog everything is in flight for long. Adding what the queue has is a no-op, but one that sends each attempt
 * again: 16 of 70 µs an order of the worker's time in a drain. Asking sends the batch's id only, and only what the queue
 * lacks is read as a whole.
 */
async function enqueueStale(
  { redis, clock, queue, enqueue, logger }: ReconcileDeps,
  { saleId, stockId }: SaleTruth,
  epoch: number,
): Promise<void> {
  const { line, inflight } = epochKeys(saleId, epoch);
  const ids = await redis.zrange(line, 0, MOST_STALE - 1);
  if (ids.length === 0) return;
  const records = await redis.hmget(inflight, ...ids);
  const before = clock.now() - STALE_AFTER_MS;
  const places = new Map<string, number[]>(); // of each batch's attempts among the ids
  records.forEach((record, place) => {
    if (!record) return;
    const { admittedAtMs, batchId } = parseBatchOf(record);
    if (admittedAtMs > before) return;
    const ofBatch = places.get(batchId);
    if (ofBatch) ofBatch.push(place);
    else places.set(batchId, [place]);
  });
  if (places.size === 0) return;
  const lost = await queue.lacking([...places.keys()]);
  if (lost.length === 0) return;
  for (const batchId of lost) {
    const attempts = (places.get(batchId) ?? []).map((place) => {
      const { batchId: _, ...attempt } = parseInflight(
        uuidOf(ids[place] as string),
        records[place] as string,
      );
      return attempt;
    });
    await enqueue({ saleId, stockId, batchId, attempts });
  }
  countRepair(redis, 'batchesEnqueuedAgain', lost.length);
  logger.info('attempts in flight for long are enqueued again', { saleId, batches: lost.length });
}
