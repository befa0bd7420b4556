import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';
import type { OrderPageBody } from './contracts/http.ts';
import { cancelOrder, tellUntold } from './features/order/cancel-order.ts';
import { checkInvariants } from './features/purchase/purchase.invariants.ts';
import { createEnsureGate } from './features/purchase/rebuild.ts';
import type { SaleDetails } from './features/sale/sale.model.ts';
import type { ChangeStockDeps } from './features/stock/change-stock.ts';
import { silentLogger } from './infrastructure/logging/logger.ts';
import { epochKeys } from './infrastructure/redis/keys.ts';
import { meanwhile } from './testing/meanwhile.ts';
import { startTestApi, tokenOf, type TestApi } from './testing/test-api.ts';
import { givenOperator, type TestOperator } from './testing/test-operator.ts';
import { anAttempt, startTestPipeline, type TestPipeline } from './testing/test-pipeline.ts';
import { givenSale, givenShoppers } from './testing/test-sale.ts';
import { until } from './testing/until.ts';
import { shortId } from './utils/short-id.ts';
import { aChange, stockFigures } from './testing/test-stock.ts';

let pipeline: TestPipeline;
let api: TestApi;
let operator: TestOperator;
let deps: ChangeStockDeps;
let figures: ReturnType<typeof stockFigures>;
beforeAll(async () => {
  pipeline = await startTestPipeline();
  figures = stockFigures(pipeline);
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
    expect(await figures.movementsOf(sale)).toEqual([1, -1, 1]);
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
    await expect(
      cancelOrder({ ...deps, redis: dies }, orderId, wanted, aChange(operator.id)),
    ).rejects.toThrow('gone');
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
    expect(await figures.driftOf(sale)).toBe(0);
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
