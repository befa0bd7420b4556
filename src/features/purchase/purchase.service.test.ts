import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { EPOCH_SPAN } from '../../utils/sequence.ts';
import type { SaleDetails } from '../sale/sale.model.ts';
import { AcceptedAttempts } from './accepted-attempts.ts';
import type { GateReply } from './admit.ts';
import type { Attempt } from './purchase.model.ts';
import { createPurchase, type Asked, type AttemptAnswer, type PurchaseDeps } from './purchase.service.ts';

/** A shop whose gate gives these replies; `steps` tells what happened in which order. */
function aShop(replies: GateReply[]) {
  const steps: string[] = [];
  const gateCalls: { saleId: string; attemptIds: string[] }[] = [];
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
    admit: async (saleId, epoch, _batchId, attempts) => {
      steps.push(`ask epoch ${epoch}`);
      gateCalls.push({ saleId, attemptIds: attempts.map(({ attemptId }) => attemptId) });
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
  /** Everybody at once, each for a sale; `sale` unless another is given. */
  const buyTogether = (wishes: { trace?: string; of?: SaleDetails }[]): Promise<AttemptAnswer[]> => {
    const asked: Omit<Asked, 'answer'>[] = wishes.map(({ trace, of = sale }) => {
      const ids = { attemptId: randomUUID(), shopperId: randomUUID() };
      const attempt: Attempt = { ...ids, quantity: 1, idempotencyKey: null, trace };
      return { sale: of, attempt, requestId: `request ${(requests += 1)}` };
    });
    return new Promise((resolve) => {
      const answers: AttemptAnswer[] = [];
      const told = (answer: AttemptAnswer): void => {
        if (answers.push(answer) === asked.length) resolve(answers);
      };
      purchase(asked.map((one) => ({ ...one, answer: told })));
    });
  };
  const buy = async (): Promise<AttemptAnswer | undefined> => (await buyTogether([{}]))[0];
  return { buy, buyTogether, sale, steps, gateCalls, warnings };
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
    const { buyTogether, warnings } = aShop([{ kind: 'unknown', error: new Error('Command timed out') }]);
    await buyTogether([{}, { trace: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }]);
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

  it('asks the gate once for all who come together for a sale, 500 at most', async () => {
    const { buyTogether, sale, gateCalls } = aShop([]);
    const another = { ...sale, saleId: randomUUID() };
    const crowd = Array.from({ length: 1_001 }, (_, index) => (index % 1_000 === 10 ? { of: another } : {}));
    expect(await buyTogether(crowd)).toHaveLength(1_001);
    expect(gateCalls.map(({ saleId, attemptIds }) => [saleId, attemptIds.length])).toEqual([
      [sale.saleId, 500],
      [sale.saleId, 500],
      [another.saleId, 1],
    ]);
    expect(new Set(gateCalls.flatMap(({ attemptIds }) => attemptIds)).size).toBe(1_001);
  });
});
