import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';
import type { OrderPageBody } from './contracts/http.ts';
import { cancelOrder, tellUntold } from './features/order/cancel-order.ts';
import { checkInvariants } from './features/purchase/purchase.invariants.ts';
import type { SaleDetails } from './features/sale/sale.model.ts';
import { epochKeys } from './infrastructure/redis/keys.ts';
import { meanwhile } from './testing/meanwhile.ts';
import { tokenOf } from './testing/test-api.ts';
import { anAttempt } from './testing/test-pipeline.ts';
import { givenSale, givenShoppers } from './testing/test-sale.ts';
import { until } from './testing/until.ts';
import { shortId } from './utils/short-id.ts';
import { aChange, startTestStockroom, type TestStockroom } from './testing/test-stock.ts';

let room: TestStockroom;
beforeAll(async () => {
  room = await startTestStockroom();
});
afterAll(() => room.close());

const NAME = 'Test drop';

describe('a cancelled order', () => {
  let stopWorker: () => Promise<void>;
  beforeAll(async () => {
    stopWorker = (await room.pipeline.startWorker()).stop;
  });
  afterAll(() => stopWorker());

  async function givenOrder(sale: SaleDetails, shopper: string): Promise<string> {
    await room.pipeline.accept(sale, [anAttempt(sale.saleId, shopper)]);
    const order = await until(
      () =>
        room.pipeline
          .db('orders')
          .where({ sale_id: sale.saleId, user_id: shopper })
          .first<{ id: string } | undefined>('id'),
      { what: 'the order is there' },
    );
    const isAnnounced = async () => (await room.pipeline.inflight(sale.saleId)).length === 0;
    await until(isAnnounced, { what: 'the outcome is announced' });
    return order.id;
  }
  const countOf = async (sale: SaleDetails, shopper: string) =>
    Number(await room.pipeline.redis.hget(epochKeys(sale.saleId, 1).shoppers, shortId(shopper)));
  const cancel = (orderId: string, confirm = NAME) =>
    room.operator.post(`/orders/${orderId}/cancel`, { reason: 'broken', confirm });
  const expectKept = async ({ saleId }: SaleDetails) => {
    const verdicts = await checkInvariants(room.pipeline, { saleId, deep: true });
    expect(verdicts.filter(({ ok }) => !ok)).toEqual([]);
  };

  it('gives its units back once; its shopper is told and may buy again', async () => {
    const sale = await givenSale(room.pipeline, { stock: 1 });
    const [shopper] = await givenShoppers(room.pipeline.db, 1);
    const orderId = await givenOrder(sale, shopper!);
    const Authorization = tokenOf(shopper!);
    const ordersOf = async () => {
      const answer = await room.api.send(`/api/purchase/user/${shopper!}`, { headers: { Authorization } });
      return (answer.body as OrderPageBody).orders.map(({ status }) => status);
    };
    expect(await ordersOf()).toEqual(['confirmed']);
    const auth = { token: Authorization.slice('Bearer '.length) };
    const socket = io(room.api.url, { transports: ['websocket'], reconnection: false, forceNew: true, auth });
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
    expect(await room.figures.movementsOf(sale)).toEqual([1, -1, 1]);
    expect([await room.pipeline.tokens(sale.saleId), await countOf(sale, shopper!)]).toEqual([1, 0]);
    expect((await room.api.attempt(shopper!, { saleId: sale.saleId })).status).toBe(202);
    await until(async () => (await room.pipeline.inflight(sale.saleId)).length === 0);
    await expectKept(sale);
  });

  it('is told by reconcile when whoever cancelled it died, and counted once', async () => {
    const sale = await givenSale(room.pipeline, { stock: 3, perShopperLimit: 3 });
    const [shopper] = await givenShoppers(room.pipeline.db, 1);
    const orderId = await givenOrder(sale, shopper!);
    const dies = meanwhile(room.pipeline.redis, 'evalsha', () => Promise.reject(new Error('gone')));
    const wanted = { confirm: NAME };
    await expect(
      cancelOrder({ ...room.deps, redis: dies }, orderId, wanted, aChange(room.operator.id)),
    ).rejects.toThrow('gone');
    expect(await countOf(sale, shopper!)).toBe(1);
    await until(async () => (await countOf(sale, shopper!)) === 0, {
      what: 'the worker that leads tells it',
    });
    await tellUntold(room.deps, sale.saleId);
    expect([await room.pipeline.tokens(sale.saleId), await countOf(sale, shopper!)]).toEqual([3, 0]);
    await until(async () => {
      const order = await room.pipeline
        .db('orders')
        .where({ id: orderId })
        .first<{ cancellation_told_at: Date | null }>();
      return order.cancellation_told_at !== null;
    });
    await expectKept(sale);
  });

  it('does not forget what its shopper was promised meanwhile', async () => {
    const sale = await givenSale(room.pipeline, { stock: 5, perShopperLimit: 3 });
    const [shopper] = await givenShoppers(room.pipeline.db, 1);
    const orderId = await givenOrder(sale, shopper!);
    const [promised] = await room.pipeline.accept(sale, [anAttempt(sale.saleId, shopper!, { quantity: 2 })], {
      enqueue: false,
    });
    expect((await cancel(orderId)).status).toBe(200);
    expect(await countOf(sale, shopper!)).toBe(2);
    expect(await room.figures.driftOf(sale)).toBe(0);
    const tooMany = await room.api.attempt(shopper!, { saleId: sale.saleId, quantity: 2 });
    expect(tooMany.problem.code).toBe('limit_reached');
    await room.pipeline.enqueue({ ...sale, batchId: randomUUID(), attempts: [promised!] });
    await until(async () => (await room.pipeline.inflight(sale.saleId)).length === 0);
    await expectKept(sale);
  });

  it('that nobody knows is not found', async () => {
    expect((await cancel(randomUUID())).problem.code).toBe('order_not_found');
  });
});
