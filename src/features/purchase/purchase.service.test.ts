import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { EPOCH_SPAN } from '../../utils/sequence.ts';
import type { SaleDetails } from '../sale/sale.model.ts';
import { AcceptedAttempts } from './accepted-attempts.ts';
import type { GateReply } from './admit.ts';
import type { Attempt } from './purchase.model.ts';
import { createPurchase, type AttemptAnswer, type PurchaseDeps } from './purchase.service.ts';

/** A shop whose gate gives these replies; `steps` tells what happened in which order. */
function aShop(replies: GateReply[]) {
  const steps: string[] = [];
  const warnings: object[] = [];
  let requests = 0;
  const accepted = new AcceptedAttempts({
    redis: undefined as never,
    adopt: async (saleId, stockId, attempts) => {
      steps.push(`adopt ${attempts.length}`);
      return { saleId, stockId, batchId: randomUUID(), attempts: [] };
    },
    enqueue: async () => undefined,
    logger: silentLogger,
  });
  const deps: PurchaseDeps = {
    admit: async (_saleId, epoch) => {
      steps.push(`ask epoch ${epoch}`);
      return replies.shift() ?? { kind: 'closed', epoch: 0 };
    },
    enqueue: async () => void steps.push('enqueue'),
    accepted,
    ensureGate: () => Promise.resolve(true),
    findDecided: () => Promise.resolve(null),
    whenCommitted: () => Promise.resolve(null),
    ackDurability: 'queued',
    triesPolicy: { limit: 20, windowSec: 10 },
    clock: Date,
    logger: { ...silentLogger, warn: (message, fields) => void warnings.push({ message, ...fields }) },
  };
  const purchase = createPurchase(deps);
  const sale = { saleId: randomUUID(), stockId: randomUUID(), endsAtMs: Date.now() + 60_000 } as SaleDetails;
  const buy = (trace?: string): Promise<AttemptAnswer> => {
    const attempt: Attempt = {
      attemptId: randomUUID(),
      shopperId: randomUUID(),
      quantity: 1,
      idempotencyKey: null,
      trace,
    };
    return new Promise((resolve) => purchase(sale, attempt, resolve, `request ${(requests += 1)}`));
  };
  return { buy, steps, warnings };
}

const admitted = (epoch: number): GateReply => ({
  kind: 'answered',
  epoch,
  answers: [{ kind: 'admitted', sequence: epoch * EPOCH_SPAN + 1, admittedAtMs: Date.now(), position: 1 }],
});

describe('a purchase', () => {
  it('first has a new epoch take over what was accepted before, and only then asks its gate', async () => {
    const { buy, steps } = aShop([
      { kind: 'closed', epoch: 1 },
      admitted(1),
      { kind: 'closed', epoch: 2 },
      admitted(2),
    ]);
    expect(await buy()).toMatchObject({ kind: 'accepted' });
    expect(steps.splice(0)).toEqual(['ask epoch 0', 'ask epoch 1', 'enqueue']);
    expect(await buy()).toMatchObject({ kind: 'accepted' });
    expect(steps).toEqual(['ask epoch 1', 'adopt 1', 'ask epoch 2', 'enqueue']);
  });

  it('is not asked again when the gate may have promised: it is told that it is not known', async () => {
    const { buy, steps } = aShop([{ kind: 'unknown', error: new Error('Command timed out') }, admitted(1)]);
    expect(await buy()).toMatchObject({ kind: 'refused', refusal: { code: 'outcome_unknown' } });
    expect(steps).toEqual(['ask epoch 0']);
  });

  it('that the gate did not answer is logged with the requests of its batch and the trace of one of them', async () => {
    const { buy, warnings } = aShop([{ kind: 'unknown', error: new Error('Command timed out') }]);
    await Promise.all([buy(), buy('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')]);
    expect(warnings).toEqual([
      {
        message: 'the gate did not answer',
        saleId: expect.any(String),
        error: 'Command timed out',
        attempts: 2,
        requestIds: ['request 1', 'request 2'],
        trace_id: '0af7651916cd43dd8448eb211c80319c',
        span_id: 'b7ad6b7169203331',
      },
    ]);
  });
});
