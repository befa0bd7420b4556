import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';
import type { SaleStatusBody } from './contracts/http.ts';
import type { StockChangeBody } from './contracts/operator-http.ts';
import { repairDrift } from './features/purchase/repair-drift.ts';
import type { SaleDetails } from './features/sale/sale.model.ts';
import { changeStock, commitHeld } from './features/stock/change-stock.ts';
import { finishHeld } from './features/stock/finish-held.ts';
import { holdUnits, readHeld } from './features/stock/held-units.ts';
import { silentLogger } from './infrastructure/logging/logger.ts';
import { epochKeys, saleKeys } from './infrastructure/redis/keys.ts';
import { meanwhile } from './testing/meanwhile.ts';
import { auditOf } from './testing/test-operator.ts';
import { givenSale, givenShoppers } from './testing/test-sale.ts';
import { until } from './testing/until.ts';
import { aChange, startTestStockroom, type TestStockroom } from './testing/test-stock.ts';

let room: TestStockroom;
beforeAll(async () => {
  room = await startTestStockroom();
});
afterAll(() => room.close());

const NAME = 'Test drop';
const changeOf = (sale: SaleDetails, delta: number, headers: Record<string, string> = {}) =>
  room.operator.post(`/sales/${sale.saleId}/stock`, { delta, reason: 'test', confirm: NAME }, headers);

describe('units put on sale', () => {
  it('are at the gate, and on the page of a shopper who was told "sold out"', async () => {
    const sale = await givenSale(room.pipeline, { stock: 1 });
    const [first, second] = await givenShoppers(room.pipeline.db, 2);
    await room.api.attempt(first!, { saleId: sale.saleId });
    expect((await room.api.attempt(second!, { saleId: sale.saleId })).problem.code).toBe('sold_out');
    const socket = io(room.api.url, { transports: ['websocket'], reconnection: false, forceNew: true });
    const ticks: SaleStatusBody[] = [];
    socket.on('sale:tick', (tick: SaleStatusBody) => ticks.push(tick));
    socket.emit('sale:watch', { saleId: sale.saleId });
    await until(() => ticks.at(-1)?.state === 'sold_out', { what: 'the page shows that it is sold out' });

    const changed = await changeOf(sale, 3);
    expect(changed.body).toMatchObject({ delta: 3, stock: { total: 4, sold: 0 } });
    await until(() => ticks.at(-1)?.state === 'open', { timeoutMs: 5_000, what: 'the page shows new units' });
    expect(ticks.at(-1)!.stock).toEqual({ total: 4, remaining: 3 });
    expect((await room.api.attempt(second!, { saleId: sale.saleId })).status).toBe(202);
    socket.disconnect();
    expect(await room.figures.movementsOf(sale)).toEqual([1, 3]);
    expect(await auditOf(room.pipeline.db, `sale:${sale.saleId}`)).toMatchObject([
      { action: 'sale.stock', reason: 'test', before: { total: 1 }, after: { total: 4 } },
    ]);
  });

  it('are put there once for one key, on a draft too', async () => {
    const sale = await givenSale(room.pipeline, { stock: 2 });
    const key = { 'Idempotency-Key': randomUUID() };
    const answers = await Promise.all([1, 2, 3].map(() => changeOf(sale, 5, key)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await room.pipeline.tokens(sale.saleId)).toBe(7);
    expect(await room.figures.driftOf(sale)).toBe(0);
    const draft = await givenSale(room.pipeline, { stock: 2 });
    await room.pipeline.db('flash_sales').where({ id: draft.saleId }).update({ state: 'draft' });
    expect((await changeOf(draft, 5)).body).toMatchObject({ stock: { total: 7 } });
  });

  it.each([0, 1.5, '1', 20_000_000, 9_999_999])('are refused as %p', async (delta) => {
    const sale = await givenSale(room.pipeline, { stock: 2 });
    const { problem } = await room.operator.post(`/sales/${sale.saleId}/stock`, { delta, reason: 'x' });
    expect(problem).toMatchObject({ status: 400, errors: [{ field: 'delta' }] });
  });
});

describe('units taken off a sale', () => {
  it('are never those that are sold or promised', async () => {
    const sale = await givenSale(room.pipeline, { stock: 5 });
    for (const shopper of await givenShoppers(room.pipeline.db, 2))
      await room.api.attempt(shopper, { saleId: sale.saleId });
    const { status, problem } = await changeOf(sale, -4);
    expect({ status, code: problem.code, left: problem.remaining }).toEqual({
      ...{ status: 409, code: 'stock_not_available', left: 3 },
    });
    expect((await changeOf(sale, -3)).body).toMatchObject({ delta: -3, stock: { total: 2, sold: 0 } });
    expect((await room.api.saleStatus(sale.saleId))?.stock).toEqual({ total: 2, remaining: 0 });
    expect(await room.figures.driftOf(sale)).toBe(0);
    expect(await readHeld(room.pipeline.redis, { ...sale, epoch: 1 })).toEqual([]);
  });

  it('need the name of the sale', async () => {
    const sale = await givenSale(room.pipeline);
    const answer = await room.operator.post(`/sales/${sale.saleId}/stock`, {
      delta: -1,
      reason: 'x',
      confirm: 'no',
    });
    expect(answer.problem.errors).toMatchObject([{ field: 'confirm' }]);
    expect(await room.pipeline.tokens(sale.saleId)).toBe(10);
  });

  it('go once for one key, also when it is repeated much later', async () => {
    const sale = await givenSale(room.pipeline);
    const key = { 'Idempotency-Key': randomUUID() };
    const first = await changeOf(sale, -4, key);
    expect((await changeOf(sale, -4, key)).text).toBe(first.text);
    expect((await changeOf(sale, -5, key)).status).toBe(422);
    expect(await room.pipeline.tokens(sale.saleId)).toBe(6);
    expect(await room.figures.stockOf(sale)).toEqual({ total: 6, sold: 0 });
  });

  it('go from a gate that is gone once it is rebuilt', async () => {
    const sale = await givenSale(room.pipeline);
    await room.pipeline.redis.del(saleKeys(sale.saleId).gate);
    expect((await changeOf(sale, -4)).status).toBe(200);
    expect(await room.pipeline.tokens(sale.saleId)).toBe(6);
  });

  describe('by a process that dies', () => {
    const held = async (sale: SaleDetails, change = aChange(room.operator.id), units = 4) => {
      const { saleId, stockId } = sale;
      const epoch = await room.pipeline.epochOf(saleId);
      const one = { saleId, stockId, epoch, changeId: randomUUID(), units, change, heldAtMs: 0 };
      expect(await holdUnits(room.pipeline, one)).toEqual({ kind: 'held' });
      return one;
    };
    const reconcile = async (sale: SaleDetails) =>
      finishHeld(room.deps, { ...sale, epoch: await room.pipeline.epochOf(sale.saleId) });

    it('before PostgreSQL has it: reconcile makes the change, and a repeat is told so', async () => {
      const sale = await givenSale(room.pipeline);
      const change = aChange(room.operator.id, randomUUID());
      const { changeId } = await held(sale, change);
      expect([await room.pipeline.tokens(sale.saleId), await room.figures.driftOf(sale)]).toEqual([6, 0]);
      await reconcile(sale);
      expect(await room.figures.stockOf(sale)).toEqual({ total: 6, sold: 0 });
      expect([await room.pipeline.tokens(sale.saleId), await room.figures.driftOf(sale)]).toEqual([6, 0]);
      const replay = await changeStock(room.deps, sale.saleId, { delta: -4, confirm: NAME }, change);
      expect((replay.body as StockChangeBody).changeId).toBe(changeId);
      expect(await room.figures.movementsOf(sale)).toEqual([10, -4]);
      expect(await auditOf(room.pipeline.db, `sale:${sale.saleId}`)).toMatchObject([
        { actor_id: room.operator.id, request_id: 'r1', action: 'sale.stock' },
      ]);
    });

    it('after PostgreSQL has it: reconcile ends the hold and changes nothing again', async () => {
      const sale = await givenSale(room.pipeline);
      const one = await held(sale);
      const dies = meanwhile(room.pipeline.redis, 'evalsha', () => Promise.reject(new Error('gone')));
      await expect(commitHeld({ ...room.deps, redis: dies }, one)).rejects.toThrow('gone');
      expect([await room.pipeline.tokens(sale.saleId), await room.figures.driftOf(sale)]).toEqual([6, 0]);
      await reconcile(sale);
      expect(await readHeld(room.pipeline.redis, one)).toEqual([]);
      expect(await room.figures.movementsOf(sale)).toEqual([10, -4]);
      expect([await room.pipeline.tokens(sale.saleId), await room.figures.driftOf(sale)]).toEqual([6, 0]);
    });

    it('while the gate is rebuilt: nothing is changed, and every unit is on sale', async () => {
      const sale = await givenSale(room.pipeline);
      const one = await held(sale);
      await room.pipeline.redis.hset(saleKeys(sale.saleId).gate, 'runId', 'another server');
      expect(await room.deps.ensureGate(sale.saleId, sale.stockId)).toBe(true);
      expect(await commitHeld(room.deps, one)).toBeNull();
      expect(await room.figures.stockOf(sale)).toEqual({ total: 10, sold: 0 });
      expect([await room.pipeline.tokens(sale.saleId), await room.figures.driftOf(sale)]).toEqual([10, 0]);
      expect(await room.pipeline.redis.exists(epochKeys(sale.saleId, 1).changes)).toBe(0);
    });

    it('and finds less in PostgreSQL than the gate knew: the units go back', async () => {
      const sale = await givenSale(room.pipeline);
      const one = await held(sale);
      await room.pipeline.db('stocks').where({ id: sale.stockId }).update({ sold: 8 });
      await reconcile(sale);
      expect(await readHeld(room.pipeline.redis, one)).toEqual([]);
      expect(await room.pipeline.tokens(sale.saleId)).toBe(10);
    });

    it('is not taken for one that is still at it', async () => {
      const sale = await givenSale(room.pipeline);
      const { saleId, stockId } = sale;
      const one = {
        saleId,
        stockId,
        epoch: 1,
        changeId: randomUUID(),
        units: 4,
        change: aChange(room.operator.id),
      };
      await holdUnits(room.pipeline, { ...one, heldAtMs: Date.now() });
      await reconcile(sale);
      expect(await room.figures.stockOf(sale)).toEqual({ total: 10, sold: 0 });
    });
  });

  it('are not counted as missing by a measurement that began before they were held', async () => {
    const sale = await givenSale(room.pipeline);
    const { saleId, stockId } = sale;
    const one = {
      saleId,
      stockId,
      epoch: 1,
      changeId: randomUUID(),
      units: 4,
      change: aChange(room.operator.id),
      heldAtMs: 0,
    };
    const take = async () => {
      await holdUnits(room.pipeline, one);
      await commitHeld(room.deps, one); // whoever measures the drift afterwards has not come yet
    };
    const db = meanwhile(room.pipeline.db, 'raw', take);
    await repairDrift({ ...room.pipeline, db, logger: silentLogger }, { ...sale, epoch: 1 });
    expect([await room.pipeline.tokens(sale.saleId), await room.figures.driftOf(sale)]).toEqual([6, 0]);
  });
});
