import { describe, expect, it } from '@jest/globals';
import {
  decidedAs,
  inflightRecord,
  parseBatchOf,
  parseInflight,
  type AdmittedAttempt,
} from './purchase.model.ts';

const ATTEMPT: AdmittedAttempt = {
  attemptId: '0f6f2c34-8f0d-5c3e-9b59-3d2f5a1c7e01',
  shopperId: '6a1b7a52-22c5-4c0b-8f0a-0d9e8b7c6f02',
  quantity: 2,
  idempotencyKey: 'a|key|with|bars',
  sequence: 3_000_000_007,
  admittedAtMs: 1_763_800_000_123,
};
const BATCH_ID = 'c0ffee00-1234-4abc-8def-00112233aa03';

describe('a decided attempt', () => {
  it('has its outcome and not what else its job held', () => {
    const smuggled = {
      ...ATTEMPT,
      outcome: 'rejected',
      reason: 'sold_out',
      settledAtMs: 1,
      orderId: 'another',
    };
    const settledAtMs = 1_763_800_000_456;
    expect(decidedAs(smuggled, { outcome: 'confirmed', orderId: 'its own' }, settledAtMs)).toEqual({
      ...ATTEMPT,
      outcome: 'confirmed',
      orderId: 'its own',
      settledAtMs,
    });
    expect(decidedAs(ATTEMPT, { outcome: 'rejected', reason: 'sold_out' }, settledAtMs)).toEqual({
      ...ATTEMPT,
      outcome: 'rejected',
      reason: 'sold_out',
      settledAtMs,
    });
  });
});

describe('an in-flight record', () => {
  it('tells its batch and its time without the rest, and all of it', () => {
    const record = inflightRecord(ATTEMPT, BATCH_ID);
    expect(parseBatchOf(record)).toEqual({ batchId: BATCH_ID, admittedAtMs: ATTEMPT.admittedAtMs });
    expect(parseInflight(ATTEMPT.attemptId, record)).toEqual({ ...ATTEMPT, batchId: BATCH_ID });
  });

  it('that is none is not read', () => {
    expect(() => parseBatchOf('a|b|c')).toThrow('not an in-flight record');
  });
});
