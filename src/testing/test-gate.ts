import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { createAdmit, type AdmitDeps, type GateAnswer, type GateReply } from '../features/purchase/admit.ts';
import type { Attempt } from '../features/purchase/purchase.model.ts';
import { createChangeGate } from '../features/sale/change-gate.ts';
import type { SaleDetails } from '../features/sale/sale.model.ts';
import { epochKeys } from '../infrastructure/redis/keys.ts';
import { anAttempt } from './test-pipeline.ts';
import type { TestServices } from './test-services.ts';

type AskOptions = { epoch?: number; batchId?: string } & Partial<AdmitDeps>;

/** What the gate answers a refusal with, whatever else it tells. */
export function refusedAs(code: string): unknown {
  return expect.objectContaining({ kind: 'refused', code });
}

/** An attempt of a new shopper with a new key, unless told otherwise. */
export function wish({ saleId }: SaleDetails, quantity = 1, shopperId: string = randomUUID()): Attempt {
  return anAttempt(saleId, shopperId, { quantity });
}

/** The gate of a test's sales, asked directly and with generous bounds; `services` may still be starting. */
export function askTestGate(services: () => Pick<TestServices, 'redis' | 'runId'>) {
  const call = (
    { saleId }: SaleDetails,
    attempts: readonly Attempt[],
    { epoch = 1, batchId = randomUUID(), ...deps }: AskOptions = {},
  ): Promise<GateReply> => {
    const bounds = { maxInflight: 1_000, maxInflightAgeMs: 60_000, triesLimit: 1_000, triesWindowMs: 10_000 };
    return createAdmit({ ...services(), ...bounds, ...deps })(saleId, epoch, batchId, attempts);
  };
  return {
    call,
    /** @throws when the gate does not answer the batch */
    async ask(...args: Parameters<typeof call>): Promise<GateAnswer[]> {
      const reply = await call(...args);
      if (reply.kind !== 'answered') throw new Error(`the gate is ${reply.kind}`);
      return reply.answers;
    },
    /** Puts other settings in force at the gate only. */
    change: (sale: SaleDetails, settings: Partial<SaleDetails>): Promise<void> =>
      createChangeGate(services())({ ...sale, ...settings }),
    tokens: async ({ saleId }: SaleDetails, epoch = 1): Promise<number> =>
      Number(await services().redis.get(epochKeys(saleId, epoch).tokens)),
  };
}
