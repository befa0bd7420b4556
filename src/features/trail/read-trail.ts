import type { TrailBody, TrailEventBody } from '../../contracts/operator-http.ts';
import { RefusalError } from '../../errors/refusal.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import { saleKeys } from '../../infrastructure/redis/keys.ts';
import { epochOf } from '../../utils/sequence.ts';
import { shortId } from '../../utils/short-id.ts';
import { listAudit } from '../audit/audit.routes.ts';
import { findDecided } from '../purchase/purchase.repository.ts';
import { findInFlight, type InFlightDeps } from './find-in-flight.ts';
import { findOrderOfAttempt } from './trail.repository.ts';

export interface TrailDeps extends InFlightDeps {
  db: Database;
  /** Of these batches those that no job of the queue carries. */
  lackingJobs: (batchIds: readonly string[]) => Promise<string[]>;
}

/**
 * Tells everything that is known of an attempt, in the order of time: its admission, where it is while it is in flight,
 * its outcome, its order and what operators did to it.
 *
 * @throws RefusalError `attempt_not_found`
 */
export async function readTrail(deps: TrailDeps, attemptId: string): Promise<TrailBody> {
  const { db, redis } = deps;
  const inFlight = await findInFlight(deps, attemptId);
  const decided = await findDecided(db, attemptId); // after it: what leaves the one is in the other
  const attempt = decided ?? inFlight;
  if (!attempt) throw new RefusalError({ code: 'attempt_not_found' });
  const { saleId, shopperId, quantity, sequence, idempotencyKey, admittedAtMs } = attempt;
  const events: TrailEventBody[] = [
    event(new Date(admittedAtMs), 'admitted', {
      ...{ sequence, epoch: epochOf(sequence), quantity },
      ...(idempotencyKey === null ? {} : { idempotencyKey }),
    }),
  ];
  if (inFlight) {
    const isLacking = (await deps.lackingJobs([inFlight.batchId])).length > 0;
    events.push(
      event(new Date(inFlight.admittedAtMs), 'in flight', { batchId: inFlight.batchId, hasJob: !isLacking }),
    );
  }
  if (decided) {
    const isAnnounced = (await redis.hexists(saleKeys(saleId).known, shortId(attemptId))) === 1;
    const outcome =
      decided.outcome === 'confirmed' ? { orderId: decided.orderId } : { reason: decided.reason };
    events.push(
      event(new Date(decided.settledAtMs), decided.outcome, { ...outcome, isKnownToGate: isAnnounced }),
    );
    if (decided.outcome === 'confirmed') events.push(...(await orderEvents(db, attemptId)));
  }
  // Stable: what happened in the same millisecond stays in the order of the steps.
  events.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return { attemptId, saleId, userId: shopperId, quantity, status: decided?.outcome ?? 'queued', events };
}

async function orderEvents(db: Database, attemptId: string): Promise<TrailEventBody[]> {
  const order = await findOrderOfAttempt(db, attemptId);
  if (!order) return [];
  const { orderId, quantity, unitPriceMinor, currency, createdAt, cancelledAt, toldAt } = order;
  const changes = await listAudit(db, { subject: `order:${orderId}`, limit: 100 });
  return [
    event(createdAt, 'ordered', { orderId, quantity, unitPriceMinor, currency }),
    ...changes.map(({ at, action, actor_id: actorId, reason, request_id: requestId }) =>
      event(at, action, { actorId, reason, requestId }),
    ),
    ...(cancelledAt ? [event(cancelledAt, 'cancelled', { orderId })] : []),
    ...(toldAt ? [event(toldAt, 'cancellation told', { orderId })] : []),
  ];
}

function event(at: Date, what: string, detail: Record<string, unknown>): TrailEventBody {
  return { at: at.toISOString(), what, detail };
}
