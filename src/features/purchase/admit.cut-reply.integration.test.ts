import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTcpProxy, type TcpProxy } from '../../../stress/chaos/tcp-proxy.ts';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { connectRedis } from '../../infrastructure/redis/connect-redis.ts';
import { followRunId, type RunId } from '../../infrastructure/redis/run-id.ts';
import { anAttempt, startTestPipeline, type TestPipeline } from '../../testing/test-pipeline.ts';
import { givenSale } from '../../testing/test-sale.ts';
import { until } from '../../testing/until.ts';
import type { SaleDetails } from '../sale/sale.model.ts';
import { AcceptedAttempts } from './accepted-attempts.ts';
import { createAdmit } from './admit.ts';
import { createAdopt } from './adopt.ts';
import type { Enqueue } from './enqueue.ts';
import type { Attempt } from './purchase.model.ts';
import { findDecided } from './purchase.repository.ts';
import { createPurchase, type AttemptAnswer, type Purchase } from './purchase.service.ts';
import { createEnsureGate } from './rebuild.ts';

describe('a gate whose answer does not arrive', () => {
  let pipeline: TestPipeline;
  let proxy: TcpProxy;
  let runId: RunId;
  let purchase: Purchase;
  let closeGate: () => void;
  let sale: SaleDetails;
  let isQueueAway = false;
  beforeAll(async () => {
    pipeline = await startTestPipeline();
    proxy = await startTcpProxy({ targetPort: pipeline.redisServer.port });
    const gate = await connectRedis(`redis://127.0.0.1:${proxy.port}`, 'gate', { logger: silentLogger });
    closeGate = () => gate.disconnect();
    runId = await followRunId(gate);
    const { db, redis } = pipeline;
    const enqueue: Enqueue = (batch) =>
      isQueueAway ? Promise.reject(new Error('away')) : pipeline.enqueue(batch);
    purchase = createPurchase({
      admit: createAdmit({
        redis: gate,
        runId,
        maxInflight: 100,
        maxInflightAgeMs: 60_000,
        triesLimit: 100,
        triesWindowMs: 10_000,
      }),
      enqueue,
      accepted: new AcceptedAttempts({ redis, adopt: createAdopt(pipeline), enqueue, logger: silentLogger }),
      ensureGate: createEnsureGate({ ...pipeline, adoptionMs: 0, logger: silentLogger }),
      findDecided: (attemptId) => findDecided(db, attemptId),
      whenCommitted: async () => null,
      ackDurability: 'queued',
      triesPolicy: { limit: 100, windowSec: 10 },
      clock: Date,
      logger: silentLogger,
    });
  });
  afterAll(async () => {
    closeGate();
    await proxy.close();
    await pipeline.close();
  });
  beforeEach(async () => {
    sale = await givenSale(pipeline, { stock: 11 });
    await ask(anAttempt(sale.saleId, randomUUID())); // from now on this process knows the epoch; 10 units are left
  });

  const ask = (attempt: Attempt): Promise<AttemptAnswer> =>
    new Promise((resolve) => purchase([{ sale, attempt, answer: resolve }]));

  it('takes a unit once when the reply is cut, and gives the same attempt to who tries again', async () => {
    const attempt = anAttempt(sale.saleId, randomUUID());
    proxy.set({ kind: 'cut-reply', keep: 'nothing' });
    const cut = await ask(attempt);
    expect(cut).toEqual({
      kind: 'refused',
      refusal: { code: 'outcome_unknown', attemptId: attempt.attemptId },
    });
    expect(proxy.cutReplies()).toBe(1);
    await until(() => runId.of(sale.saleId) !== null, { what: 'the gate is connected again' });
    expect(await pipeline.inflight(sale.saleId)).toContain(attempt.attemptId);
    expect(await pipeline.tokens(sale.saleId)).toBe(9);
    expect(await ask(attempt)).toMatchObject({ kind: 'accepted', body: { attemptId: attempt.attemptId } });
    expect(await pipeline.tokens(sale.saleId)).toBe(9);
  });

  it('takes a unit once when there is no key either: nothing is sent again by itself', async () => {
    const attempt = anAttempt(sale.saleId, randomUUID(), { idempotencyKey: null });
    proxy.set({ kind: 'cut-reply', keep: 'nothing' });
    expect(await ask(attempt)).toMatchObject({ kind: 'refused', refusal: { code: 'outcome_unknown' } });
    await until(() => runId.of(sale.saleId) !== null, { what: 'the gate is connected again' });
    // What ioredis sends again it sends before it answers a later command.
    await ask(anAttempt(sale.saleId, randomUUID()));
    const received = await pipeline.redis.hget(`{${sale.saleId}}:counters`, 'received');
    expect({ received, tokens: await pipeline.tokens(sale.saleId) }).toEqual({ received: '3', tokens: 8 });
  });

  it('is given up within half a second and told as unknown, not as refused', async () => {
    const attempt = anAttempt(sale.saleId, randomUUID());
    proxy.set({ kind: 'hold', way: 'to-client' });
    const askedAt = performance.now();
    const answer = await ask(attempt);
    const tookMs = performance.now() - askedAt;
    expect(answer).toMatchObject({ kind: 'refused', refusal: { code: 'outcome_unknown' } });
    expect(tookMs).toBeGreaterThan(400);
    expect(tookMs).toBeLessThan(1_500); // the deadline is 500 ms; the rest is a busy machine's
    proxy.heal();
    expect(await pipeline.tokens(sale.saleId)).toBe(9);
  });

  it('or whose queue does not take the batch, leaves the outcome unknown and the unit promised', async () => {
    const attempt = anAttempt(sale.saleId, randomUUID());
    isQueueAway = true;
    const unknown = { code: 'outcome_unknown', attemptId: attempt.attemptId };
    expect(await ask(attempt)).toEqual({ kind: 'refused', refusal: unknown });
    isQueueAway = false;
    expect(await pipeline.inflight(sale.saleId)).toContain(attempt.attemptId);
    expect(await ask(attempt)).toMatchObject({ kind: 'accepted', body: { attemptId: attempt.attemptId } });
    expect(await pipeline.tokens(sale.saleId)).toBe(9);
  });
});
