import { randomUUID } from 'node:crypto';
import type { AdmittedAttempt } from '../features/purchase/purchase.model.ts';
import { EPOCH_SPAN } from '../utils/sequence.ts';

let counted = 0;

/** An attempt as the gate's first epoch admits it, later than every one made before. */
export function anAdmitted(shopperId: string, overrides: Partial<AdmittedAttempt> = {}): AdmittedAttempt {
  counted += 1;
  return {
    attemptId: randomUUID(),
    shopperId,
    quantity: 1,
    idempotencyKey: null,
    sequence: EPOCH_SPAN + counted,
    admittedAtMs: Date.now(),
    ...overrides,
  };
}
