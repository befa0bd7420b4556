import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { OrderPageBody, SaleStatusBody } from './contracts/http.ts';
import { createEnsureGate } from './features/purchase/rebuild.ts';
import { createSettle } from './features/purchase/settle.ts';
import { changeSaleState } from './features/sale/sale.service.ts';
import type { SaleDetails } from './features/sale/sale.model.ts';
import { silentLogger } from './infrastructure/logging/logger.ts';
import { LOCK_NAMESPACES, stockLockKey } from './infrastructure/postgres/advisory-lock.ts';
import { saleKeys } from './infrastructure/redis/keys.ts';
import { expectProblem } from './testing/expect-problem.ts';
import { startTestApi, tokenOf, type Answer, type TestApi } from './testing/test-api.ts';
import { anAdmitted } from './testing/test-attempts.ts';
import { startTestPipeline, type TestPipeline } from './testing/test-pipeline.ts';
import { givenSale, givenShoppers, type SaleOverrides } from './testing/test-sale.ts';
import { until } from './testing/until.ts';

let pipeline: TestPipeline;
let api: TestApi;
let shoppers: string[];
let taken = 0;

const aShopper = (): string => shoppers[taken++]!;
const aSale = (overrides: SaleOverrides = {}): Promise<SaleDetails> => givenSale(pipeline, overrides);

beforeAll(async () => {
  pipeline = await startTestPipeline();
  shoppers = await givenShoppers(pipeline.db, 60);
  api = await startTestApi(pipeline);
});
afterAll(async () => {
  await api.close();
  await pipeline.close();
});

const ask = (shopperId: string, query: string): Promise<Answer> =>
  api.send(`/api/purchase/status?${query}`, { headers: { Authorization: tokenOf(shopperId) } });

/** Runs `work` while a worker settles. */
async function whileSettling<Result>(work: () => Promise<Result>): Promise<Result> {
  const worker = await pipeline.startWorker();
  try {
    return await work();
  } finally {
    await worker.stop();
  }
}

const decided = (shopperId: string, attemptId: string): Promise<Answer> =>
  until(
    async () => {
      const answer = await ask(shopperId, `attemptId=${attemptId}`);
      return answer.attempt.status === 'queued' || answer.status !== 200 ? null : answer;
    },
    { what: 'the attempt is decided' },
  );

describe('an accepted attempt', () => {
  it('is answered with its id, its place in line and where to ask for it', async () => {
    const { saleId } = await aSale({ perShopperLimit: 3 });
    const [first, second] = [
      await api.attempt(aShopper(), { saleId, quantity: 2 }, { key: 'k' }),
      await api.attempt(aShopper(), { saleId: saleId.toUpperCase() }),
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
    const { saleId } = await aSale({ stock: 50, perShopperLimit: 50 });
    const [withKey, without] = [aShopper(), aShopper()];
    const ten = Array.from({ length: 10 });
    const keyed = await Promise.all(ten.map(() => api.attempt(withKey, { saleId }, { key: 'same' })));
    const keyless = await Promise.all(ten.map(() => api.attempt(without, { saleId })));
    expect(new Set(keyed.map(({ attempt }) => attempt.attemptId)).size).toBe(1);
    expect(new Set(keyless.map(({ attempt }) => attempt.attemptId)).size).toBe(10);
    expect(await pipeline.tokens(saleId)).toBe(39);
  });

  it.each(['k', 'k'.repeat(128), 'with | bar and ~ !'])('keeps its key: %s', async (key) => {
    const { saleId } = await aSale();
    const [ann, bob] = [aShopper(), aShopper()];
    const first = await api.attempt(ann, { saleId }, { key });
    const again = await api.attempt(ann, { saleId }, { key });
    const others = await api.attempt(bob, { saleId }, { key });
    expect(again.attempt.attemptId).toBe(first.attempt.attemptId);
    expect(others.attempt.attemptId).not.toBe(first.attempt.attemptId);
  });
});

describe('a replay is told what became of its attempt', () => {
  it('while it is queued, when it is decided, after the end, and after Redis lost everything', async () => {
    const sale = await aSale({ stock: 1 });
    const { saleId } = sale;
    const shopper = aShopper();
    const replay = () => api.attempt(shopper, { saleId }, { key: 'mine' });
    const first = await replay();
    const { attemptId } = first.attempt;
    expect((await replay()).body).toEqual(first.body);

    const { orderId, settledAt } = await whileSettling(
      async () => (await decided(shopper, attemptId)).attempt,
    );
    const confirmed = { ...first.attempt, status: 'confirmed', orderId, settledAt, position: undefined };
    const expectReplay = async (status = 202) => {
      const answer = await replay();
      expect(answer.status).toBe(status);
      expect(answer.body).toEqual({ ...confirmed });
    };
    await expectReplay();

    await pipeline.redis.flushall();
    await until(async () => (await replay()).status === 202, { what: 'the gate is rebuilt' });
    await expectReplay();

    await changeSaleState(pipeline, saleId, 'stopped', { actorId: null });
    await expectReplay();
    const isEnded = async () =>
      ((await api.send(`/api/flash-sale/status?saleId=${saleId}`)).body as SaleStatusBody).state === 'ended';
    await until(isEnded, { what: 'the process knows that the sale ended' });
    // Nobody can rebuild the gate while somebody else holds the stock: only PostgreSQL knows the attempt.
    const holder = await pipeline.db.transaction();
    try {
      await holder.raw('select pg_advisory_xact_lock(?, ?)', [
        LOCK_NAMESPACES.stock,
        stockLockKey(sale.stockId),
      ]);
      await pipeline.redis.flushall();
      await expectReplay();
      const reused = await api.attempt(shopper, { saleId, quantity: 2 }, { key: 'mine' });
      expectProblem(reused, 422, 'idempotency_key_reused');
      // Another process may have accepted this one, and bring it back when there is a gate; without a key it is a new one.
      const another = () => api.attempt(shopper, { saleId }, { key: 'another' });
      expectProblem(await another(), 503, 'gate_closed');
      expectProblem(await api.attempt(shopper, { saleId }), 409, 'sale_ended');
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
    expect(await pipeline.db('orders').where({ sale_id: saleId })).toHaveLength(1);
  });
});

describe('a status', () => {
  it('is found by attempt and by sale, for its owner only', async () => {
    const { saleId } = await aSale({ perShopperLimit: 2 });
    const [owner, other] = [aShopper(), aShopper()];
    expect((await ask(owner, `saleId=${saleId}`)).body).toEqual({ status: 'none' });
    const first = await api.attempt(owner, { saleId });
    const latest = await api.attempt(owner, { saleId });
    const byAttempt = await ask(owner, `attemptId=${first.attempt.attemptId}`);
    expect(byAttempt.body).toEqual(first.body);
    expect(byAttempt.headers['cache-control']).toBe('no-store');
    expect((await ask(owner, `saleId=${saleId}`)).body).toEqual(latest.body);
    expectProblem(await ask(other, `attemptId=${first.attempt.attemptId}`), 404, 'attempt_not_found');
    expect((await ask(other, `saleId=${saleId}`)).body).toEqual({ status: 'none' });
  });

  it('of an attempt that may be in flight is not "not found" while its gate is gone', async () => {
    const { saleId } = await aSale();
    const shopper = aShopper();
    const { attemptId } = (await api.attempt(shopper, { saleId })).attempt;
    await pipeline.redis.flushall();
    expectProblem(await ask(shopper, `attemptId=${attemptId}`), 503, 'gate_closed');
    expectProblem(await ask(shopper, `saleId=${saleId}`), 503, 'gate_closed');
  });

  it('is what PostgreSQL says where Redis came back with a store in which it is still in flight', async () => {
    const { saleId } = await aSale();
    const shopper = aShopper();
    const { attemptId } = (await api.attempt(shopper, { saleId })).attempt;
    await pipeline.redis.hset(saleKeys(saleId).gate, 'runId', 'of the server before');
    expect((await ask(shopper, `attemptId=${attemptId}`)).attempt.status).toBe('queued');
    await pipeline.db('purchase_attempts').insert({
      ...{ id: attemptId, sale_id: saleId, user_id: shopper, quantity: 1, outcome: 'rejected' },
      ...{ reason: 'set_aside', admitted_at: new Date(), settled_at: new Date() },
    });
    expect((await ask(shopper, `attemptId=${attemptId}`)).attempt.status).toBe('rejected');
    expect((await ask(shopper, `saleId=${saleId}`)).attempt.status).toBe('rejected');
  });

  it('tells a place in line that only ever gets better, then the outcome with its order', async () => {
    const { saleId } = await aSale();
    const waiting = [aShopper(), aShopper(), aShopper()];
    for (const shopper of waiting) await api.attempt(shopper, { saleId });
    const last = waiting[2]!;
    expect((await ask(last, `saleId=${saleId}`)).attempt).toMatchObject({ status: 'queued', position: 3 });
    await whileSettling(async () => {
      let lowest = 3;
      const answer = await until(async () => {
        const { attempt } = await ask(last, `saleId=${saleId}`);
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
    expectProblem(await ask(shoppers[0]!, query), 400, 'invalid_request');
  });

  it('of what nobody made is not found, and nobody is told without a token', async () => {
    expectProblem(await ask(shoppers[0]!, `attemptId=${randomUUID()}`), 404, 'attempt_not_found');
    expectProblem(await ask(shoppers[0]!, `saleId=${randomUUID()}`), 404, 'sale_not_found');
    const answer = await api.send(`/api/purchase/status?saleId=${randomUUID()}`);
    expectProblem(answer, 401, 'unauthenticated');
  });
});

describe('the orders of a shopper', () => {
  it('show a purchase as soon as it is confirmed, also when they were read just before', async () => {
    const { saleId, product } = await aSale();
    const shopper = aShopper();
    const read = async () =>
      (await api.send(`/api/purchase/user/${shopper}`, { headers: { Authorization: tokenOf(shopper) } }))
        .body as OrderPageBody;
    expect(await read()).toEqual({ orders: [] });
    const { attempt } = await api.attempt(shopper, { saleId });
    const { orderId } = await whileSettling(async () => (await decided(shopper, attempt.attemptId)).attempt);
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

describe('while Redis is empty and nobody can rebuild the gate', () => {
  it('an attempt of an ended sale that nobody has settled yet is told as accepted, not as too late', async () => {
    const sale = await aSale();
    const { saleId } = sale;
    const shopper = aShopper();
    const attempt = () => api.attempt(shopper, { saleId }, { key: 'mine' });
    const first = await attempt();
    await changeSaleState(pipeline, saleId, 'stopped', { actorId: null });
    const isEnded = async () =>
      ((await api.send(`/api/flash-sale/status?saleId=${saleId}`)).body as SaleStatusBody).state === 'ended';
    await until(isEnded, { what: 'the process knows that the sale ended' });
    const holder = await pipeline.db.transaction();
    try {
      await holder.raw('select pg_advisory_xact_lock(?, ?)', [
        LOCK_NAMESPACES.stock,
        stockLockKey(sale.stockId),
      ]);
      await pipeline.redis.flushall();
      const answer = await attempt();
      expect(answer.status).toBe(202);
      expect(answer.attempt).toEqual({ ...first.attempt, position: undefined });
      const reused = await api.attempt(shopper, { saleId, quantity: 2 }, { key: 'mine' });
      expectProblem(reused, 422, 'idempotency_key_reused');
    } finally {
      await holder.rollback();
    }
  });
});

describe('a gate that was rebuilt', () => {
  it('knows of an outcome that was settled after it and never announced, also by the sale', async () => {
    const { saleId, stockId } = await aSale();
    const shopper = aShopper();
    const ensureGate = createEnsureGate({ ...pipeline, adoptionMs: 0, logger: silentLogger });
    await pipeline.redis.flushall();
    await until(() => ensureGate(saleId, stockId), { what: 'the gate is rebuilt' });
    // Redis had lost it, and the worker dies between its commit and its announcement.
    const settle = createSettle({ db: pipeline.db, clock: Date, logger: silentLogger });
    const [settled] = await settle(saleId, stockId, [anAdmitted(shopper)]);
    const answer = await ask(shopper, `saleId=${saleId}`);
    expect(answer.attempt).toMatchObject({ attemptId: settled!.attemptId, status: 'confirmed' });
  });
});
