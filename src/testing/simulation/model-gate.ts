import type { GateAnswer, GateReply } from '../../features/purchase/admit.ts';
import {
  decidedRecord,
  inflightRecord,
  type AdmittedAttempt,
  type Attempt,
  type DecidedAttempt,
} from '../../features/purchase/purchase.model.ts';
import { EPOCH_SPAN } from '../../utils/sequence.ts';
import { addTo, openGateOf, type ModelEpoch, type ModelRedis } from './model-redis.ts';
import { TRIES_LIMIT } from './shop.ts';

interface Asking {
  epoch: number;
  batchId: string;
  nowMs: number;
  maxInflight: number;
}

/** What admit.lua decides, said once more in TypeScript. */
export function admitByModel(
  redis: ModelRedis,
  attempts: readonly Attempt[],
  { epoch, batchId, nowMs, maxInflight }: Asking,
): GateReply {
  const open = openGateOf(redis);
  if (!open) return { kind: 'closed', epoch: redis.gate?.epoch ?? 0 };
  const { gate, units } = open;
  if (gate.epoch !== epoch) return { kind: 'closed', epoch: gate.epoch };

  const decide = (attempt: Attempt): GateAnswer => {
    const { attemptId, shopperId, quantity } = attempt;
    const decided = redis.known.get(attemptId);
    if (decided)
      return decided.quantity === quantity
        ? known(decidedRecord(decided))
        : refused('idempotency_key_reused');
    const waiting = units.inflight.get(attemptId);
    if (waiting) {
      if (waiting.quantity !== quantity) return refused('idempotency_key_reused');
      return known(inflightRecord(waiting, waiting.batchId), positionOf(units, waiting.sequence, epoch));
    }
    if (gate.state === 'stopped') return refused('sale_ended');
    if (gate.state === 'paused') return refused('sale_paused');
    if (nowMs < gate.startsAtMs) return refused('sale_not_started');
    if (nowMs >= gate.endsAtMs) return refused('sale_ended');
    if ((redis.tries.get(shopperId) ?? 0) >= TRIES_LIMIT) return refused('rate_limited');
    addTo(redis.tries, shopperId, 1);
    if ((units.shoppers.get(shopperId) ?? 0) + quantity > gate.limit) return refused('limit_reached');
    if (units.tokens <= 0) return refused('sold_out');
    if (units.tokens < quantity) return { kind: 'refused', code: 'not_enough_left', remaining: units.tokens };
    if (units.inflight.size >= maxInflight) return refused('overloaded');
    gate.n += 1;
    const sequence = epoch * EPOCH_SPAN + gate.n;
    promise(units, { ...attempt, sequence, admittedAtMs: nowMs }, batchId);
    return {
      kind: 'admitted',
      sequence,
      admittedAtMs: nowMs,
      position: positionOf(units, sequence, epoch) ?? 0,
    };
  };
  return { kind: 'answered', epoch, answers: attempts.map(decide) };
}

/** What adopt.lua does. @returns those it had never heard of */
export function adoptByModel(
  redis: ModelRedis,
  attempts: readonly AdmittedAttempt[],
  batchId: string,
): AdmittedAttempt[] {
  const open = openGateOf(redis);
  if (!open) return [];
  const { gate, units } = open;
  const unheard = attempts.filter(
    ({ attemptId }) => !redis.known.has(attemptId) && !units.inflight.has(attemptId),
  );
  for (const attempt of unheard) promise(units, attempt, batchId);
  if (unheard.length > 0) gate.revision += 1;
  return unheard;
}

/** What announce.lua does, in whatever epoch the gate is: a caller that knows another one asks again. */
export function announceByModel(redis: ModelRedis, decided: readonly DecidedAttempt[]): void {
  const units = redis.gate && redis.epochs.get(redis.gate.epoch);
  for (const attempt of decided) {
    const { attemptId, shopperId, quantity, outcome } = attempt;
    if (units?.inflight.delete(attemptId) && outcome === 'rejected') {
      units.tokens += quantity;
      addTo(units.shoppers, shopperId, -quantity);
    }
    if (!redis.known.has(attemptId)) redis.known.set(attemptId, attempt);
  }
}

function promise(units: ModelEpoch, attempt: AdmittedAttempt, batchId: string): void {
  units.tokens -= attempt.quantity;
  addTo(units.shoppers, attempt.shopperId, attempt.quantity);
  units.inflight.set(attempt.attemptId, { ...attempt, batchId });
}

/** The place in line; none for an attempt of an older epoch. */
function positionOf(units: ModelEpoch, sequence: number, epoch: number): number | undefined {
  const first = epoch * EPOCH_SPAN;
  if (sequence < first) return undefined;
  const waiting = [...units.inflight.values()];
  return 1 + waiting.filter((one) => one.sequence >= first && one.sequence < sequence).length;
}

const known = (record: string, position?: number): GateAnswer => ({ kind: 'known', record, position });

const refused = (code: Extract<GateAnswer, { kind: 'refused' }>['code']): GateAnswer => ({
  kind: 'refused',
  code,
});
