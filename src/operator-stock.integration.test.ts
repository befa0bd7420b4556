import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';
import type { OrderPageBody, SaleStatusBody } from './contracts/http.ts';
import type { StockChangeBody } from './contracts/operator-http.ts';
import { cancelOrder, tellUntold } from './features/order/cancel-order.ts';
import type { Change } from './features/operator/make-once.ts';
import { measureDrift } from './features/purchase/measure-drift.ts';
import { checkInvariants } from './features/purchase/purchase.invariants.ts';
import { createEnsureGate } from './features/purchase/rebuild.ts';
import { repairDrift } from './features/purchase/repair-drift.ts';
import type { SaleDetails } from './features/sale/sale.model.ts';
import { changeStock, commitHeld, type ChangeStockDeps } from './features/stock/change-stock.ts';
import { finishHeld } from './features/stock/finish-held.ts';
import { holdUnits, readHeld } from './features/stock/held-units.ts';
import { silentLogger } from './infrastructure/logging/logger.ts';
import { epochKeys, saleKeys } from './infrastructure/redis/keys.ts';
import { meanwhile } from './testing/meanwhile.ts';
import { startTestApi, tokenOf, type TestApi } from './testing/test-api.ts';
import { givenOperator, type TestOperator } from './testing/test-operator.ts';
import { anAttempt, startTestPipeline, type TestPipeline } from './testing/test-pipeline.ts';
import { givenSale, givenShoppers } from './testing/test-sale.ts';
import { until } from './testing/until.ts';
import { shortId } from './utils/short-id.ts';

let pipeline: TestPipeline;
let api: TestApi;
let operator: TestOperator;
let deps: ChangeStockDeps;
beforeAll(async () => {
  pipeline = await startTestPipeline();
  api = await startTestApi(pipeline);
  operator = await givenOperator(api, pipeline.db);
  const ensureGate = createEnsureGate({ ...pipeline, logger: silentLogger });
  deps = { ...pipeline, clock: Date, ensureGate, logger: silentLogger };
});
afterAll(async () => {
  await api.close();
  await pipeline.close();
});

const NAME = 'Test drop';
const remaining = async (sale: SaleDetails) =>
  ((await api.send(`/api/flash-sale/status?saleId=${sale.saleId}`)).body as SaleStatusBody).stock;
const changeOf = (sale: SaleDetails, delta: number, headers: Record<string, string> = {}) =>
  operator.post(`/sales/${sale.saleId}/stock`, { delta, reason: 'test', confirm: NAME }, headers);
const driftOf = async ({ saleId, stockId }: SaleDetails) =>
  (await measureDrift(pipeline, { saleId, stockId, epoch: await pipeline.epochOf(saleId) }))?.drift;
const stockOf = ({ stockId }: SaleDetails) =>
  pipeline.db('stocks').where({ id: stockId }).first<{ total: number; sold: number }>('total', 'sold');
const movementsOf = async ({ stockId }: SaleDetails) =>
  (
    await pipeline
      .db('stock_movements')
      .where({ stock_id: stockId })
      .orderBy('id')
      .select<{ delta: number }[]>('delta')
  ).map(({ delta }) => delta);
const aChange = (key: string | null = null): Change => ({
  ...{ actor: { actorId: operator.id, reason: 'test', requestId: 'r1' }, key, fingerprint: 'asked' },
});

describe('units put on sale', () => {
  it('are at the gate, and on the page of a shopper who was told "sold out"', async () => {
    const sale = await givenSale(pipeline, { stock: 1 });
    const [first, second] = await givenShoppers(pipeline.db, 2);
    await api.attempt(first!, { saleId: sale.saleId });
    expect((await api.attempt(second!, { saleId: sale.saleId })).problem.code).toBe('sold_out');
    const socket = io(api.url, { transports: ['websocket'], reconnection: false, forceNew: true });
    const ticks: SaleStatusBody[] = [];
    socket.on('sale:tick', (tick: SaleStatusBody) => ticks.push(tick));
    socket.emit('sale:watch', { saleId: sale.saleId });
    await until(() => ticks.at(-1)?.state === 'sold_out', { what: 'the page shows that it is sold out' });

    const changed = await changeOf(sale, 3);
    expect(changed.body).toMatchObject({ delta: 3, stock: { total: 4, sold: 0 } });
    await until(() => ticks.at(-1)?.state === 'open', { timeoutMs: 5_000, what: 'the page shows new units' });
    expect(ticks.at(-1)!.stock).toEqual({ total: 4, remaining: 3 });
    expect((await api.attempt(second!, { saleId: sale.saleId })).status).toBe(202);
    socket.disconnect();
    expect(await movementsOf(sale)).toEqual([1, 3]);
    expect(
      await pipeline
        .db('audit_log')
        .where({ subject: `sale:${sale.saleId}` })
        .first(),
    ).toMatchObject({ action: 'sale.stock', reason: 'test', before: { total: 1 }, after: { total: 4 } });
  });

  it('are put there once for one key, on a draft too', async () => {
    const sale = await givenSale(pipeline, { stock: 2 });
    const key = { 'Idempotency-Key': randomUUID() };
    const answers = await Promise.all([1, 2, 3].map(() => changeOf(sale, 5, key)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await pipeline.tokens(sale.saleId)).toBe(7);
    expect(await driftOf(sale)).toBe(0);
    const draft = await givenSale(pipeline, { stock: 2 });
    await pipeline.db('flash_sales').where({ id: draft.saleId }).update({ state: 'draft' });
    expect((await changeOf(draft, 5)).body).toMatchObject({ stock: { total: 7 } });
  });

  it.each([0, 1.5, '1', 20_000_000, 9_999_999])('are refused as %p', async (delta) => {
    const sale = await givenSale(pipeline, { stock: 2 });
    const { problem } = await operator.post(`/sales/${sale.saleId}/stock`, { delta, reason: 'x' });
    expect(problem).toMatchObject({ status: 400, errors: [{ field: 'delta' }] });
  });
});

describe('units taken off a sale', () => {
  it('are never those that are sold or promised', async () => {
    const sale = await givenSale(pipeline, { stock: 5 });
    for (const shopper of await givenShoppers(pipeline.db, 2))
      await api.attempt(shopper, { saleId: sale.saleId });
    const { status, problem } = await changeOf(sale, -4);
    expect({ status, code: problem.code, left: problem.remaining }).toEqual({
      ...{ status: 409, code: 'stock_not_available', left: 3 },
    });
    expect((await changeOf(sale, -3)).body).toMatchObject({ delta: -3, stock: { total: 2, sold: 0 } });
    expect(await remaining(sale)).toEqual({ total: 2, remaining: 0 });
    expect(await driftOf(sale)).toBe(0);
    expect(await readHeld(pipeline.redis, { ...sale, epoch: 1 })).toEqual([]);
  });

  it('need the name of the sale', async () => {
    const sale = await givenSale(pipeline);
    const answer = await operator.post(`/sales/${sale.saleId}/stock`, {
      delta: -1,
      reason: 'x',
      confirm: 'no',
    });
    expect(answer.problem.errors).toMatchObject([{ field: 'confirm' }]);
    expect(await pipeline.tokens(sale.saleId)).toBe(10);
  });

  it('go once for one key, also when it is repeated much later', async () => {
    const sale = await givenSale(pipeline);
    const key = { 'Idempotency-Key': randomUUID() };
    const first = await changeOf(sale, -4, key);
    expect((await changeOf(sale, -4, key)).text).toBe(first.text);
    expect((await changeOf(sale, -5, key)).status).toBe(422);
    expect(await pipeline.tokens(sale.saleId)).toBe(6);
    expect(await stockOf(sale)).toEqual({ total: 6, sold: 0 });
  });

  it('go from a gate that is gone once it is rebuilt', async () => {
    const sale = await givenSale(pipeline);
    await pipeline.redis.del(saleKeys(sale.saleId).gate);
    expect((await changeOf(sale, -4)).status).toBe(200);
    expect(await pipeline.tokens(sale.saleId)).toBe(6);
  });

  describe('by a process that dies', () => {
    const held = async (sale: SaleDetails, change = aChange(), units = 4) => {
      const { saleId, stockId } = sale;
      const epoch = await pipeline.epochOf(saleId);
      const one = { saleId, stockId, epoch, changeId: randomUUID(), units, change, heldAtMs: 0 };
      expect(await holdUnits(pipeline, one)).toEqual({ kind: 'held' });
      return one;
    };
    const reconcile = async (sale: SaleDetails) =>
      finishHeld(deps, { ...sale, epoch: await pipeline.epochOf(sale.saleId) });

    it('before PostgreSQL has it: reconcile makes the change, and a repeat is told so', async () => {
      const sale = await givenSale(pipeline);
      const change = aChange(randomUUID());
      const { changeId } = await held(sale, change);
      expect([await pipeline.tokens(sale.saleId), await driftOf(sale)]).toEqual([6, 0]);
      await reconcile(sale);
      expect(await stockOf(sale)).toEqual({ total: 6, sold: 0 });
      expect([await pipeline.tokens(sale.saleId), await driftOf(sale)]).toEqual([6, 0]);
      const replay = await changeStock(deps, sale.saleId, { delta: -4, confirm: NAME }, change);
      expect((replay.body as StockChangeBody).changeId).toBe(changeId);
      expect(await movementsOf(sale)).toEqual([10, -4]);
      const logged = pipeline.db('audit_log').where({ subject: `sale:${sale.saleId}` });
      expect(await logged).toMatchObject([{ actor_id: operator.id, request_id: 'r1', action: 'sale.stock' }]);
    });

    it('after PostgreSQL has it: reconcile ends the hold and changes nothing again', async () => {
      const sale = await givenSale(pipeline);
      const one = await held(sale);
      const dies = meanwhile(pipeline.redis, 'evalsha', () => Promise.reject(new Error('gone')));
      await expect(commitHeld({ ...deps, redis: dies }, one)).rejects.toThrow('gone');
      expect([await pipeline.tokens(sale.saleId), await driftOf(sale)]).toEqual([6, 0]);
      await reconcile(sale);
      expect(await readHeld(pipeline.redis, one)).toEqual([]);
      expect(await movementsOf(sale)).toEqual([10, -4]);
      expect([await pipeline.tokens(sale.saleId), await driftOf(sale)]).toEqual([6, 0]);
    });

    it('while the gate is rebuilt: nothing is changed, and every unit is on sale', async () => {
      const sale = await givenSale(pipeline);
      const one = await held(sale);
      await pipeline.redis.hset(saleKeys(sale.saleId).gate, 'runId', 'another server');
      expect(await deps.ensureGate(sale.saleId, sale.stockId)).toBe(true);
      expect(await commitHeld(deps, one)).toBeNull();
      expect(await stockOf(sale)).toEqual({ total: 10, sold: 0 });
      expect([await pipeline.tokens(sale.saleId), await driftOf(sale)]).toEqual([10, 0]);
      expect(await pipeline.redis.exists(epochKeys(sale.saleId, 1).changes)).toBe(0);
    });

    it('and finds less in PostgreSQL than the gate knew: the units go back', async () => {
      const sale = await givenSale(pipeline);
      const one = await held(sale);
      await pipeline.db('stocks').where({ id: sale.stockId }).update({ sold: 8 });
      await reconcile(sale);
      expect(await readHeld(pipeline.redis, one)).toEqual([]);
      expect(await pipeline.tokens(sale.saleId)).toBe(10);
    });

    it('is not taken for one that is still at it', async () => {
      const sale = await givenSale(pipeline);
      const { saleId, stockId } = sale;
      const one = { saleId, stockId, epoch: 1, changeId: randomUUID(), units: 4, change: aChange() };
      await holdUnits(pipeline, { ...one, heldAtMs: Date.now() });
      await reconcile(sale);
      expect(await stockOf(sale)).toEqual({ total: 10, sold: 0 });
    });
  });

  it('are not counted as missing by a measurement that began before they were held', async () => {
    const sale = await givenSale(pipeline);
    const { saleId, stockId } = sale;
    const one = {
      saleId,
      stockId,
      epoch: 1,
      changeId: randomUUID(),
      units: 4,
      change: aChange(),
      heldAtMs: 0,
    };
    const take = async () => {
      await holdUnits(pipeline, one);
      await commitHeld(deps, one); // whoever measures the drift afterwards has not come yet
    };
    const db = meanwhile(pipeline.db, 'raw', take);
    await repairDrift({ ...pipeline, db, logger: silentLogger }, { ...sale, epoch: 1 });
    expect([await pipeline.tokens(sale.saleId), await driftOf(sale)]).toEqual([6, 0]);
  });
});

describe('a cancelled order', () => {
  let stopWorker: () => Promise<void>;
  beforeAll(async () => {
    stopWorker = (await pipeline.startWorker()).stop;
  });
  afterAll(() => stopWorker());

  async function givenOrder(sale: SaleDetails, shopper: string): Promise<string> {
    await pipeline.accept(sale, [anAttempt(sale.saleId, shopper)]);
    const order = await until(
      () =>
        pipeline
          .db('orders')
          .where({ sale_id: sale.saleId, user_id: shopper })
          .first<{ id: string } | undefined>('id'),
      { what: 'the order is there' },
    );
    const isAnnounced = async () => (await pipeline.inflight(sale.saleId)).length === 0;
    await until(isAnnounced, { what: 'the outcome is announced' });
    return order.id;
  }
  const countOf = async (sale: SaleDetails, shopper: string) =>
    Number(await pipeline.redis.hget(epochKeys(sale.saleId, 1).shoppers, shortId(shopper)));
  const cancel = (orderId: string, confirm = NAME) =>
    operator.post(`/orders/${orderId}/cancel`, { reason: 'broken', confirm });
  const expectKept = async ({ saleId }: SaleDetails) => {
    const verdicts = await checkInvariants(pipeline, { saleId, deep: true });
    expect(verdicts.filter(({ ok }) => !ok)).toEqual([]);
  };

  it('gives its units back once; its shopper is told and may buy again', async () => {
    const sale = await givenSale(pipeline, { stock: 1 });
    const [shopper] = await givenShoppers(pipeline.db, 1);
    const orderId = await givenOrder(sale, shopper!);
    const Authorization = tokenOf(shopper!);
    const ordersOf = async () => {
      const answer = await api.send(`/api/purchase/user/${shopper!}`, { headers: { Authorization } });
      return (answer.body as OrderPageBody).orders.map(({ status }) => status);
    };
    expect(await ordersOf()).toEqual(['confirmed']);
    const auth = { token: Authorization.slice('Bearer '.length) };
    const socket = io(api.url, { transports: ['websocket'], reconnection: false, forceNew: true, auth });
    const heard: object[] = [];
    socket.on('order:cancelled', (body: object) => heard.push(body));
    await until(() => socket.connected);

    expect((await cancel(orderId, 'Other')).status).toBe(400);
    const answers = await Promise.all([cancel(orderId), cancel(orderId), cancel(orderId)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    expect((await cancel(orderId)).problem.code).toBe('order_cancelled');
    await until(() => heard.length > 0, { what: 'the shopper is told' });
    socket.disconnect();
    expect(heard).toEqual([{ orderId, saleId: sale.saleId }]);
    expect(await ordersOf()).toEqual(['cancelled']);
    expect(await movementsOf(sale)).toEqual([1, -1, 1]);
    expect([await pipeline.tokens(sale.saleId), await countOf(sale, shopper!)]).toEqual([1, 0]);
    expect((await api.attempt(shopper!, { saleId: sale.saleId })).status).toBe(202);
    await until(async () => (await pipeline.inflight(sale.saleId)).length === 0);
    await expectKept(sale);
  });

  it('is told by reconcile when whoever cancelled it died, and counted once', async () => {
    const sale = await givenSale(pipeline, { stock: 3, perShopperLimit: 3 });
    const [shopper] = await givenShoppers(pipeline.db, 1);
    const orderId = await givenOrder(sale, shopper!);
    const dies = meanwhile(pipeline.redis, 'evalsha', () => Promise.reject(new Error('gone')));
    const wanted = { confirm: NAME };
    await expect(cancelOrder({ ...deps, redis: dies }, orderId, wanted, aChange())).rejects.toThrow('gone');
    expect(await countOf(sale, shopper!)).toBe(1);
    await until(async () => (await countOf(sale, shopper!)) === 0, {
      what: 'the worker that leads tells it',
    });
    await tellUntold(deps, sale.saleId);
    expect([await pipeline.tokens(sale.saleId), await countOf(sale, shopper!)]).toEqual([3, 0]);
    await until(async () => {
      const order = await pipeline
        .db('orders')
        .where({ id: orderId })
        .first<{ cancellation_told_at: Date | null }>();
      return order.cancellation_told_at !== null;
    });
    await expectKept(sale);
  });

  it('does not forget what its shopper was promised meanwhile', async () => {
    const sale = await givenSale(pipeline, { stock: 5, perShopperLimit: 3 });
    const [shopper] = await givenShoppers(pipeline.db, 1);
    const orderId = await givenOrder(sale, shopper!);
    const [promised] = await pipeline.accept(sale, [anAttempt(sale.saleId, shopper!, { quantity: 2 })], {
      enqueue: false,
    });
    expect((await cancel(orderId)).status).toBe(200);
    expect(await countOf(sale, shopper!)).toBe(2);
    expect(await driftOf(sale)).toBe(0);
    const tooMany = await api.attempt(shopper!, { saleId: sale.saleId, quantity: 2 });
    expect(tooMany.problem.code).toBe('limit_reached');
    await pipeline.enqueue({ ...sale, batchId: randomUUID(), attempts: [promised!] });
    await until(async () => (await pipeline.inflight(sale.saleId)).length === 0);
    await expectKept(sale);
  });

  it('that nobody knows is not found', async () => {
    expect((await cancel(randomUUID())).problem.code).toBe('order_not_found');
  });
});
