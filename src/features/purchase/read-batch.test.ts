import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { UnusableJobError } from '../../infrastructure/queue/settle-queue.ts';
import { anAdmitted } from '../../testing/test-attempts.ts';
import { readBatch } from './read-batch.ts';

const aBatch = () => ({
  saleId: randomUUID(),
  stockId: randomUUID(),
  batchId: randomUUID(),
  attempts: [anAdmitted(randomUUID()), anAdmitted(randomUUID(), { idempotencyKey: 'k' })],
});
const withAttempt = (wrong: object) => {
  const batch = aBatch();
  return { ...batch, attempts: [batch.attempts[0], { ...batch.attempts[1], ...wrong }] };
};

describe('readBatch', () => {
  it('reads what the gate promised', () => {
    const batch = aBatch();
    expect(readBatch(JSON.parse(JSON.stringify(batch)))).toEqual(batch);
  });

  it('reads an attempt that only settle can tell to be bad', () => {
    expect(() => readBatch(withAttempt({ quantity: 0, idempotencyKey: 'k'.repeat(500) }))).not.toThrow();
  });

  it.each<[string, unknown]>([
    ['nothing', null],
    ['a text', 'buy'],
    ['no sale', { ...aBatch(), saleId: undefined }],
    ['a stock that is no id', { ...aBatch(), stockId: "'; drop table orders" }],
    ['no attempts', { ...aBatch(), attempts: {} }],
    [
      'more attempts than a gate call has',
      { ...aBatch(), attempts: Array(501).fill(anAdmitted(randomUUID())) },
    ],
    ['an attempt that is none', { ...aBatch(), attempts: [null] }],
    ['an attempt id that is none', withAttempt({ attemptId: 'x' })],
    ['a shopper who is no id', withAttempt({ shopperId: 7 })],
    ['half a unit', withAttempt({ quantity: 0.5 })],
    ['a quantity below zero', withAttempt({ quantity: -1 })],
    ['no sequence', withAttempt({ sequence: null })],
    ['an instant after all time', withAttempt({ admittedAtMs: 8.64e15 + 2 })],
    ['a key that is no text', withAttempt({ idempotencyKey: { $gt: '' } })],
  ])('refuses %s', (_what, job) => {
    expect(() => readBatch(job)).toThrow(UnusableJobError);
  });
});
