import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { OrderPageBody } from './contracts/http.ts';
import { saleKeys } from './infrastructure/redis/keys.ts';
import { expectProblem } from './testing/expect-problem.ts';
import { tokenOf } from './testing/test-api.ts';
import { until } from './testing/until.ts';
import { startTestPurchase, type TestPurchase } from './testing/test-purchase.ts';

let purchase: TestPurchase;
beforeAll(async () => {
  purchase = await startTestPurchase();
});
afterAll(() => purchase.close());

describe('an accepted attempt', () => {
  it('is answered with its id, its place in line and where to ask for it', async () => {
    const { saleId } = await purchase.aSale({ perShopperLimit: 3 });
    const [first, second] = [
      await purchase.api.attempt(purchase.aShopper(), { saleId, quantity: 2 }, { key: 'k' }),
      await purchase.api.attempt(purchase.aShopper(), { saleId: saleId.toUpperCase() }),
    ];
    expect(first.status).toBe(202);
    const { attemptId } = first.attempt;
    expect(first.body).toEqual({
      ...{ attemptId, saleId, quantity: 2, status: 'queued', position: 1 },
      queuedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
    expect(first.headers.location).toBe(`/api/purchase/status?attemptId=${attemptId}`);
    expect(first.headers['cache-control']).toBe('no-store');
    expect(second.attempt).toMatchObject({ saleId, quantity: 1, position: 2 });
  });

  it('is one attempt under its key, ten times at once, and as many without', async () => {
    const { saleId } = await purchase.aSale({ stock: 50, perShopperLimit: 50 });
    const [withKey, without] = [purchase.aShopper(), purchase.aShopper()];
    const ten = Array.from({ length: 10 });
    const keyed = await Promise.all(
      ten.map(() => purchase.api.attempt(withKey, { saleId }, { key: 'same' })),
    );
    const keyless = await Promise.all(ten.map(() => purchase.api.attempt(without, { saleId })));
    expect(new Set(keyed.map(({ attempt }) => attempt.attemptId)).size).toBe(1);
    expect(new Set(keyless.map(({ attempt }) => attempt.attemptId)).size).toBe(10);
    expect(await purchase.pipeline.tokens(saleId)).toBe(39);
  });

  it.each(['k', 'k'.repeat(128), 'with | bar and ~ !'])('keeps its key: %s', async (key) => {
    const { saleId } = await purchase.aSale();
    const [ann, bob] = [purchase.aShopper(), purchase.aShopper()];
    const first = await purchase.api.attempt(ann, { saleId }, { key });
    const again = await purchase.api.attempt(ann, { saleId }, { key });
    const others = await purchase.api.attempt(bob, { saleId }, { key });
    expect(again.attempt.attemptId).toBe(first.attempt.attemptId);
    expect(others.attempt.attemptId).not.toBe(first.attempt.attemptId);
  });
});

describe('a status', () => {
  it('is found by attempt and by sale, for its owner only', async () => {
    const { saleId } = await purchase.aSale({ perShopperLimit: 2 });
    const [owner, other] = [purchase.aShopper(), purchase.aShopper()];
    expect((await purchase.ask(owner, `saleId=${saleId}`)).body).toEqual({ status: 'none' });
    const first = await purchase.api.attempt(owner, { saleId });
    const latest = await purchase.api.attempt(owner, { saleId });
    const byAttempt = await purchase.ask(owner, `attemptId=${first.attempt.attemptId}`);
    expect(byAttempt.body).toEqual(first.body);
    expect(byAttempt.headers['cache-control']).toBe('no-store');
    expect((await purchase.ask(owner, `saleId=${saleId}`)).body).toEqual(latest.body);
    expectProblem(
      await purchase.ask(other, `attemptId=${first.attempt.attemptId}`),
      404,
      'attempt_not_found',
    );
    expect((await purchase.ask(other, `saleId=${saleId}`)).body).toEqual({ status: 'none' });
  });

  it('of an attempt that may be in flight is not "not found" while its gate is gone', async () => {
    const { saleId } = await purchase.aSale();
    const shopper = purchase.aShopper();
    const { attemptId } = (await purchase.api.attempt(shopper, { saleId })).attempt;
    await purchase.pipeline.redis.flushall();
    expectProblem(await purchase.ask(shopper, `attemptId=${attemptId}`), 503, 'gate_closed');
    expectProblem(await purchase.ask(shopper, `saleId=${saleId}`), 503, 'gate_closed');
  });

  it('is what PostgreSQL says where Redis came back with a store in which it is still in flight', async () => {
    const { saleId } = await purchase.aSale();
    const shopper = purchase.aShopper();
    const { attemptId } = (await purchase.api.attempt(shopper, { saleId })).attempt;
    await purchase.pipeline.redis.hset(saleKeys(saleId).gate, 'runId', 'of the server before');
    expect((await purchase.ask(shopper, `attemptId=${attemptId}`)).attempt.status).toBe('queued');
    await purchase.pipeline.db('purchase_attempts').insert({
      ...{ id: attemptId, sale_id: saleId, user_id: shopper, quantity: 1, outcome: 'rejected' },
      ...{ reason: 'set_aside', admitted_at: new Date(), settled_at: new Date() },
    });
    expect((await purchase.ask(shopper, `attemptId=${attemptId}`)).attempt.status).toBe('rejected');
    expect((await purchase.ask(shopper, `saleId=${saleId}`)).attempt.status).toBe('rejected');
  });

  it('tells a place in line that only ever gets better, then the outcome with its order', async () => {
    const { saleId } = await purchase.aSale();
    const waiting = [purchase.aShopper(), purchase.aShopper(), purchase.aShopper()];
    for (const shopper of waiting) await purchase.api.attempt(shopper, { saleId });
    const last = waiting[2]!;
    expect((await purchase.ask(last, `saleId=${saleId}`)).attempt).toMatchObject({
      status: 'queued',
      position: 3,
    });
    await purchase.whileSettling(async () => {
      let lowest = 3;
      const answer = await until(async () => {
        const { attempt } = await purchase.ask(last, `saleId=${saleId}`);
        if (attempt.status !== 'queued') return attempt;
        expect(attempt.position).toBeLessThanOrEqual(lowest);
        lowest = attempt.position!;
        return null;
      });
      expect(answer).toMatchObject({ status: 'confirmed', orderId: expect.any(String) });
      expect(answer).not.toHaveProperty('position');
      expect(Date.parse(answer.settledAt!)).toBeGreaterThanOrEqual(Date.parse(answer.queuedAt));
    });
  });

  it.each([
    ['without a parameter', ''],
    [
      'with both',
      'attemptId=6f9619ff-8b86-4d01-b42d-00cf4fc964ff&saleId=6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
    ],
    ['with a malformed id', 'attemptId=x'],
    ['with an id in braces', 'saleId={6f9619ff-8b86-4d01-b42d-00cf4fc964ff}'],
    ['with an unknown parameter', 'saleId=6f9619ff-8b86-4d01-b42d-00cf4fc964ff&x=1'],
  ])('is refused %s', async (_what, query) => {
    expectProblem(await purchase.ask(purchase.aShopper(), query), 400, 'invalid_request');
  });

  it('of what nobody made is not found, and nobody is told without a token', async () => {
    expectProblem(
      await purchase.ask(purchase.aShopper(), `attemptId=${randomUUID()}`),
      404,
      'attempt_not_found',
    );
    expectProblem(await purchase.ask(purchase.aShopper(), `saleId=${randomUUID()}`), 404, 'sale_not_found');
    const answer = await purchase.api.send(`/api/purchase/status?saleId=${randomUUID()}`);
    expectProblem(answer, 401, 'unauthenticated');
  });
});

describe('the orders of a shopper', () => {
  it('show a purchase as soon as it is confirmed, also when they were read just before', async () => {
    const { saleId, product } = await purchase.aSale();
    const shopper = purchase.aShopper();
    const read = async () =>
      (
        await purchase.api.send(`/api/purchase/user/${shopper}`, {
          headers: { Authorization: tokenOf(shopper) },
        })
      ).body as OrderPageBody;
    expect(await read()).toEqual({ orders: [] });
    const { attempt } = await purchase.api.attempt(shopper, { saleId });
    const { orderId } = await purchase.whileSettling(
      async () => (await purchase.decided(shopper, attempt.attemptId)).attempt,
    );
    const { orders } = await until(
      async () => {
        const page = await read();
        return page.orders.length === 1 ? page : null;
      },
      { what: 'the order shows' },
    );
    expect(orders[0]).toMatchObject({
      ...{ orderId, attemptId: attempt.attemptId, saleId, quantity: 1, status: 'confirmed' },
      ...{ productId: product.id, unitPriceMinor: product.priceMinor, currency: product.currency },
    });
  });
});
