import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { epochKeys, KEPT_AFTER_END_MS, saleKeys } from '../../infrastructure/redis/keys.ts';
import { askTestGate, refusedAs, wish } from '../../testing/test-gate.ts';
import { anAttempt } from '../../testing/test-pipeline.ts';
import { givenSale } from '../../testing/test-sale.ts';
import { startTestServices, type TestServices } from '../../testing/test-services.ts';
import { EPOCH_SPAN } from '../../utils/sequence.ts';
import type { SaleDetails } from '../sale/sale.model.ts';
import type { GateAnswer } from './admit.ts';
import { decidedRecord, parseInflight } from './purchase.model.ts';
import { shortId } from '../../utils/short-id.ts';

describe('the gate', () => {
  let services: TestServices;
  beforeAll(async () => {
    services = await startTestServices();
  });
  afterAll(() => services.close());

  const { ask, call, change, tokens } = askTestGate(() => services);
  const snapshot = async ({ saleId }: SaleDetails): Promise<unknown[]> => {
    const keys = (await services.redis.keys(`{${saleId}}*`)).sort();
    return Promise.all(keys.map(async (key) => [key, await services.redis.dump(key)]));
  };

  describe('is closed, without any effect,', () => {
    it('when there is none', async () => {
      const sale = await givenSale({ db: services.db });
      expect(await call(sale, [wish(sale)])).toEqual({ kind: 'closed', epoch: 0 });
      expect(await snapshot(sale)).toEqual([]);
    });

    it.each([
      ['to who knows another Redis server', { runId: { of: () => 'another' } }],
      ['to who knows no Redis server', { runId: { of: () => null } }],
      ['to who knows an older epoch', { epoch: 0 }],
      ['to who knows a newer epoch', { epoch: 2 }],
    ])('%s', async (_who, who) => {
      const sale = await givenSale(services);
      const before = await snapshot(sale);
      const reply = await call(sale, [wish(sale)], who);
      expect(reply).toEqual({
        kind: 'closed',
        epoch: 'runId' in who && who.runId.of() === null ? 0 : 1,
      });
      expect(await snapshot(sale)).toEqual(before);
    });

    it('when its tokens are gone', async () => {
      const sale = await givenSale(services);
      await services.redis.del(epochKeys(sale.saleId, 1).tokens);
      const before = await snapshot(sale);
      expect(await call(sale, [wish(sale)])).toEqual({ kind: 'closed', epoch: 0 });
      expect(await snapshot(sale)).toEqual(before);
    });
  });

  it('admits in order of arrival: increasing sequences of its epoch, places in line, units taken', async () => {
    const sale = await givenSale(services, { stock: 10, perShopperLimit: 3 });
    const first = await ask(sale, [wish(sale, 2), wish(sale)]);
    const second = await ask(sale, [wish(sale, 3)]);
    expect([...first, ...second]).toMatchObject([
      { kind: 'admitted', sequence: EPOCH_SPAN + 1, position: 1 },
      { kind: 'admitted', sequence: EPOCH_SPAN + 2, position: 2 },
      { kind: 'admitted', sequence: EPOCH_SPAN + 3, position: 3 },
    ]);
    expect(await tokens(sale)).toBe(4);
  });

  it('shows itself as newer after each promise, and not after a refusal', async () => {
    const sale = await givenSale(services, { stock: 2 });
    const version = async () => Number(await services.redis.hget(saleKeys(sale.saleId).gate, 'version'));
    const seen = [await version()];
    for (const quantity of [1, 1, 1]) {
      await ask(sale, [wish(sale, quantity)]);
      seen.push(await version());
    }
    expect(seen).toEqual([1, 2, 3, 3]);
  });

  it('writes all that enqueue and settle need in the step that takes the units', async () => {
    const sale = await givenSale(services, { perShopperLimit: 2 });
    const batchId = randomUUID();
    const attempt = anAttempt(sale.saleId, randomUUID(), { quantity: 2, idempotencyKey: 'a|key' });
    const [answer] = await ask(sale, [attempt], { batchId });
    const { inflight, line, shoppers } = epochKeys(sale.saleId, 1);
    const record = await services.redis.hget(inflight, shortId(attempt.attemptId));
    const { sequence, admittedAtMs } = answer as Extract<GateAnswer, { kind: 'admitted' }>;
    expect(parseInflight(attempt.attemptId, record ?? '')).toEqual({
      ...attempt,
      ...{ batchId, sequence, admittedAtMs },
    });
    expect(Math.abs(admittedAtMs - Date.now())).toBeLessThan(2_000);
    expect(await services.redis.zscore(line, shortId(attempt.attemptId))).toBe(String(sequence));
    expect(await services.redis.hget(shoppers, shortId(attempt.shopperId))).toBe('2');
    expect(await services.redis.hget(saleKeys(sale.saleId).latest, shortId(attempt.shopperId))).toBe(
      shortId(attempt.attemptId),
    );
  });

  it('gives the epoch to the sequence, so that later epochs have higher ones', async () => {
    const sale = await givenSale(services);
    const keys = epochKeys(sale.saleId, 1);
    await services.redis.hset(saleKeys(sale.saleId).gate, 'epoch', 4_321);
    await services.redis.rename(keys.tokens, epochKeys(sale.saleId, 4_321).tokens);
    expect(await ask(sale, [wish(sale)], { epoch: 4_321 })).toMatchObject([
      { sequence: 4_321 * EPOCH_SPAN + 1 },
    ]);
  });

  describe('knows an attempt again', () => {
    it('while it is in flight, with its record and its place in line', async () => {
      const sale = await givenSale(services);
      const [ahead, attempt] = [wish(sale), wish(sale)];
      await ask(sale, [ahead, attempt]);
      const record = await services.redis.hget(
        epochKeys(sale.saleId, 1).inflight,
        shortId(attempt.attemptId),
      );
      expect(await ask(sale, [attempt])).toEqual([{ kind: 'known', record, position: 2 }]);
      expect(await tokens(sale)).toBe(8);
    });

    it('once it is decided, without a place, even if its in-flight record is still there', async () => {
      const sale = await givenSale(services);
      const attempt = wish(sale);
      await ask(sale, [attempt]);
      const record = decidedRecord({
        ...attempt,
        ...{ sequence: EPOCH_SPAN + 1, admittedAtMs: 1, settledAtMs: 2 },
        ...{ outcome: 'rejected', reason: 'sold_out' },
      });
      await services.redis.hset(saleKeys(sale.saleId).known, shortId(attempt.attemptId), record);
      const known = { kind: 'known', record, position: undefined };
      expect(await ask(sale, [attempt])).toEqual([known]);
      await services.redis.hdel(epochKeys(sale.saleId, 1).inflight, shortId(attempt.attemptId));
      expect(await ask(sale, [attempt])).toEqual([known]);
      expect(await ask(sale, [{ ...attempt, quantity: 2 }])).toEqual([refusedAs('idempotency_key_reused')]);
    });

    it('when it comes twice in one batch, and takes its units once', async () => {
      const sale = await givenSale(services, { perShopperLimit: 5 });
      const attempt = wish(sale);
      const answers = await ask(sale, [attempt, attempt, { ...attempt, quantity: 2 }]);
      expect(answers).toMatchObject([
        { kind: 'admitted', position: 1 },
        { kind: 'known', position: 1 },
        { kind: 'refused', code: 'idempotency_key_reused' },
      ]);
      expect(await tokens(sale)).toBe(9);
    });

    it('but refuses its key for another quantity', async () => {
      const sale = await givenSale(services, { perShopperLimit: 5 });
      const attempt = wish(sale);
      await ask(sale, [attempt]);
      expect(await ask(sale, [{ ...attempt, quantity: 2 }])).toEqual([refusedAs('idempotency_key_reused')]);
      expect(await tokens(sale)).toBe(9);
    });

    it('whatever the sale has come to', async () => {
      const sale = await givenSale(services);
      const attempt = wish(sale);
      await ask(sale, [attempt]);
      for (const settings of [
        { state: 'paused' },
        { state: 'stopped' },
        { endsAtMs: Date.now() - 1 },
      ] as const) {
        await change(sale, settings);
        expect(await ask(sale, [attempt], { triesLimit: 0 })).toMatchObject([{ kind: 'known' }]);
      }
    });
  });

  it('keeps every key of a sale under its tag and lets it go, emptied and written again or not', async () => {
    const sale = await givenSale(services, { perShopperLimit: 5 });
    const { inflight, line, shoppers } = epochKeys(sale.saleId, 1);
    await ask(sale, [wish(sale), wish(sale, 6)]);
    await services.redis.del(inflight, line, shoppers);
    await ask(sale, [wish(sale)]);
    const keys = await services.redis.keys(`*${sale.saleId}*`);
    expect(keys).toEqual(expect.arrayContaining([inflight, line, shoppers, saleKeys(sale.saleId).counters]));
    for (const key of keys) {
      expect(key.startsWith(`{${sale.saleId}}:`)).toBe(true);
      const expiresAtMs = Date.now() + (await services.redis.pttl(key));
      expect(expiresAtMs).toBeGreaterThan(Date.now());
      expect(expiresAtMs).toBeLessThan(sale.endsAtMs + KEPT_AFTER_END_MS + 2_000);
    }
  });
});
