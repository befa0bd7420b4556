import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createEnsureGate } from './features/purchase/rebuild.ts';
import { createSettle } from './features/purchase/settle.ts';
import { changeSaleState } from './features/sale/sale.service.ts';
import { silentLogger } from './infrastructure/logging/logger.ts';
import { LOCK_NAMESPACES, stockLockKey } from './infrastructure/postgres/advisory-lock.ts';
import { expectProblem } from './testing/expect-problem.ts';
import { anAdmitted } from './testing/test-attempts.ts';
import { until } from './testing/until.ts';
import { startTestPurchase, type TestPurchase } from './testing/test-purchase.ts';

let purchase: TestPurchase;
beforeAll(async () => {
  purchase = await startTestPurchase();
});
afterAll(() => purchase.close());

describe('a replay is told what became of its attempt', () => {
  it('while it is queued, when it is decided, after the end, and after Redis lost everything', async () => {
    const sale = await purchase.aSale({ stock: 1 });
    const { saleId } = sale;
    const shopper = purchase.aShopper();
    const replay = () => purchase.api.attempt(shopper, { saleId }, { key: 'mine' });
    const first = await replay();
    const { attemptId } = first.attempt;
    expect((await replay()).body).toEqual(first.body);

    const { orderId, settledAt } = await purchase.whileSettling(
      async () => (await purchase.decided(shopper, attemptId)).attempt,
    );
    const confirmed = { ...first.attempt, status: 'confirmed', orderId, settledAt, position: undefined };
    const expectReplay = async (status = 202) => {
      const answer = await replay();
      expect(answer.status).toBe(status);
      expect(answer.body).toEqual({ ...confirmed });
    };
    await expectReplay();

    await purchase.pipeline.redis.flushall();
    await until(async () => (await replay()).status === 202, { what: 'the gate is rebuilt' });
    await expectReplay();

    await changeSaleState(purchase.pipeline, saleId, 'stopped', { actorId: null });
    await expectReplay();
    const isEnded = async () => (await purchase.api.saleStatus(saleId))?.state === 'ended';
    await until(isEnded, { what: 'the process knows that the sale ended' });
    // Nobody can rebuild the gate while somebody else holds the stock: only PostgreSQL knows the attempt.
    const holder = await purchase.pipeline.db.transaction();
    try {
      await holder.raw('select pg_advisory_xact_lock(?, ?)', [
        LOCK_NAMESPACES.stock,
        stockLockKey(sale.stockId),
      ]);
      await purchase.pipeline.redis.flushall();
      await expectReplay();
      const reused = await purchase.api.attempt(shopper, { saleId, quantity: 2 }, { key: 'mine' });
      expectProblem(reused, 422, 'idempotency_key_reused');
      // Another process may have accepted this one, and bring it back when there is a gate; without a key it is a new one.
      const another = () => purchase.api.attempt(shopper, { saleId }, { key: 'another' });
      expectProblem(await another(), 503, 'gate_closed');
      expectProblem(await purchase.api.attempt(shopper, { saleId }), 409, 'sale_ended');
      await holder.rollback();
      const told = await until(
        async () => {
          const answer = await another();
          return answer.status === 503 ? null : answer;
        },
        { what: 'the gate is rebuilt' },
      );
      expectProblem(told, 409, 'sale_ended');
    } finally {
      if (!holder.isCompleted()) await holder.rollback();
    }
    expect(await purchase.pipeline.db('orders').where({ sale_id: saleId })).toHaveLength(1);
  });
});

describe('while Redis is empty and nobody can rebuild the gate', () => {
  it('an attempt of an ended sale that nobody has settled yet is told as accepted, not as too late', async () => {
    const sale = await purchase.aSale();
    const { saleId } = sale;
    const shopper = purchase.aShopper();
    const attempt = () => purchase.api.attempt(shopper, { saleId }, { key: 'mine' });
    const first = await attempt();
    await changeSaleState(purchase.pipeline, saleId, 'stopped', { actorId: null });
    const isEnded = async () => (await purchase.api.saleStatus(saleId))?.state === 'ended';
    await until(isEnded, { what: 'the process knows that the sale ended' });
    const holder = await purchase.pipeline.db.transaction();
    try {
      await holder.raw('select pg_advisory_xact_lock(?, ?)', [
        LOCK_NAMESPACES.stock,
        stockLockKey(sale.stockId),
      ]);
      await purchase.pipeline.redis.flushall();
      const answer = await attempt();
      expect(answer.status).toBe(202);
      expect(answer.attempt).toEqual({ ...first.attempt, position: undefined });
      const reused = await purchase.api.attempt(shopper, { saleId, quantity: 2 }, { key: 'mine' });
      expectProblem(reused, 422, 'idempotency_key_reused');
    } finally {
      await holder.rollback();
    }
  });
});

describe('a gate that was rebuilt', () => {
  it('knows of an outcome that was settled after it and never announced, also by the sale', async () => {
    const { saleId, stockId } = await purchase.aSale();
    const shopper = purchase.aShopper();
    const ensureGate = createEnsureGate({ ...purchase.pipeline, adoptionMs: 0, logger: silentLogger });
    await purchase.pipeline.redis.flushall();
    await until(() => ensureGate(saleId, stockId), { what: 'the gate is rebuilt' });
    // Redis had lost it, and the worker dies between its commit and its announcement.
    const settle = createSettle({ db: purchase.pipeline.db, clock: Date, logger: silentLogger });
    const [settled] = await settle(saleId, stockId, [anAdmitted(shopper)]);
    const answer = await purchase.ask(shopper, `saleId=${saleId}`);
    expect(answer.attempt).toMatchObject({ attemptId: settled!.attemptId, status: 'confirmed' });
  });
});
