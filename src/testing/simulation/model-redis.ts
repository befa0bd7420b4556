import type { AdmittedAttempt, DecidedAttempt } from '../../features/purchase/purchase.model.ts';
import type { OperatorState } from './shop.ts';

export type Inflight = AdmittedAttempt & { batchId: string };

/** Of one epoch. */
export interface ModelEpoch {
  tokens: number;
  shoppers: Map<string, number>;
  inflight: Map<string, Inflight>;
}

export interface ModelGate {
  /** 0 when a rebuild closed a gate that was not there. */
  epoch: number;
  /** Open, on the server it was opened on. */
  isUsable: boolean;
  closedFor: number;
  state: OperatorState;
  startsAtMs: number;
  endsAtMs: number;
  limit: number;
  n: number;
  revision: number;
}

/** All that Redis has of a sale: plain, so that a copy is a `structuredClone`. */
export interface ModelRedis {
  gate: ModelGate | null;
  epochs: Map<number, ModelEpoch>;
  known: Map<string, DecidedAttempt>;
  /** Shopper id → tries. The window is longer than a history. */
  tries: Map<string, number>;
}

export function emptyRedis(): ModelRedis {
  return { gate: null, epochs: new Map(), known: new Map(), tries: new Map() };
}

/** The gate with its epoch's units, when it is open for callers of this server. */
export function openGateOf(redis: ModelRedis): { gate: ModelGate; units: ModelEpoch } | null {
  const { gate } = redis;
  const units = gate && redis.epochs.get(gate.epoch);
  return gate?.isUsable && units ? { gate, units } : null;
}

export function addTo(counts: Map<string, number>, key: string, units: number): void {
  const sum = (counts.get(key) ?? 0) + units;
  if (sum === 0) counts.delete(key);
  else counts.set(key, sum);
}
