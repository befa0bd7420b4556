import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { AttemptStatusBody } from '../../contracts/http.ts';
import { OutcomeWaiters } from './outcome-waiters.ts';
import { createWhenCommitted } from './when-committed.ts';

describe('who waits for an outcome', () => {
  const attempt = { attemptId: randomUUID(), shopperId: randomUUID(), quantity: 1, idempotencyKey: null };
  const body: AttemptStatusBody = {
    attemptId: attempt.attemptId,
    saleId: randomUUID(),
    quantity: 1,
    status: 'confirmed',
    orderId: randomUUID(),
    queuedAt: new Date().toISOString(),
  };
  const waitFor = (status: AttemptStatusBody, waiters = new OutcomeWaiters()) => {
    const asked: unknown[][] = [];
    const byAttempt = async (...args: unknown[]) => {
      asked.push(args);
      return { ok: true as const, body: status };
    };
    const purchaseStatus = { byAttempt };
    return { asked, waiters, outcome: createWhenCommitted({ waiters, purchaseStatus })(attempt) };
  };

  it('hears it as soon as it is announced', async () => {
    const { asked, waiters, outcome } = waitFor({ ...body, status: 'queued' });
    waiters.announced(body.attemptId, () => body);
    expect(await outcome).toBe(body);
    expect(asked).toEqual([]);
  });

  it('reads it when its announcement was lost', async () => {
    const { asked, outcome } = waitFor(body);
    expect(await outcome).toBe(body);
    expect(asked).toEqual([[attempt.attemptId, attempt.shopperId]]);
  });
});
