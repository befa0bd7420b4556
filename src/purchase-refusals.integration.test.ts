import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { changeSaleState } from './features/sale/sale.service.ts';
import type { SaleDetails } from './features/sale/sale.model.ts';
import { saleKeys } from './infrastructure/redis/keys.ts';
import { expectProblem } from './testing/expect-problem.ts';
import { startTestApi, type TestApi } from './testing/test-api.ts';
import { givenSale, givenShoppers, type SaleOverrides } from './testing/test-sale.ts';
import { startTestServices, type TestServices } from './testing/test-services.ts';
import { until } from './testing/until.ts';

let services: TestServices;
let api: TestApi;
let shoppers: string[];
let taken = 0;

const aShopper = (): string => shoppers[taken++]!;
const anOpenSale = (overrides: SaleOverrides = {}): Promise<SaleDetails> => givenSale(services, overrides);

beforeAll(async () => {
  services = await startTestServices();
  shoppers = await givenShoppers(services.db, 60);
  api = await startTestApi(services, { TRIES_LIMIT: '5', TRIES_WINDOW_SEC: '60' });
});
afterAll(async () => {
  await api.close();
  await services.close();
});

describe('an attempt is told', () => {
  it('sale_not_found for a sale nobody made', async () => {
    expectProblem(await api.attempt(aShopper(), { saleId: randomUUID() }), 404, 'sale_not_found');
  });

  it('sale_not_started, with the wait, before the start', async () => {
    const { saleId } = await anOpenSale({ opensInSec: 30 });
    const answer = await api.attempt(aShopper(), { saleId });
    expectProblem(answer, 409, 'sale_not_started');
    const wait = Number(answer.headers['retry-after']);
    expect(wait).toBeGreaterThan(25);
    expect(wait).toBeLessThanOrEqual(35);
  });

  it('sale_paused while an operator holds the sale, and is served when it goes on', async () => {
    const { saleId } = await anOpenSale();
    const shopper = aShopper();
    await changeSaleState(services, saleId, 'paused', { actorId: null });
    expectProblem(await api.attempt(shopper, { saleId }), 409, 'sale_paused');
    await changeSaleState(services, saleId, 'active', { actorId: null });
    expect((await api.attempt(shopper, { saleId })).status).toBe(202);
  });

  it('sale_ended once an operator stopped the sale', async () => {
    const { saleId } = await anOpenSale();
    await changeSaleState(services, saleId, 'stopped', { actorId: null });
    expectProblem(await api.attempt(aShopper(), { saleId }), 409, 'sale_ended');
    expectProblem(await api.attempt(aShopper(), { saleId }, { key: 'with a key' }), 409, 'sale_ended');
  });

  it('sale_ended after the end, for which no gate is needed', async () => {
    const { saleId } = await givenSale({ db: services.db }, { opensInSec: -100, endsInSec: -50 });
    expectProblem(await api.attempt(aShopper(), { saleId }), 409, 'sale_ended');
  });

  it('sold_out when no unit is left, and not_enough_left with what is', async () => {
    const { saleId } = await anOpenSale({ stock: 3, perShopperLimit: 5 });
    const first = await api.attempt(aShopper(), { saleId, quantity: 2 });
    expect(first.status).toBe(202);
    const problem = expectProblem(
      await api.attempt(aShopper(), { saleId, quantity: 2 }),
      409,
      'not_enough_left',
    );
    expect(problem.remaining).toBe(1);
    expect((await api.attempt(aShopper(), { saleId })).status).toBe(202);
    const soldOut = expectProblem(await api.attempt(aShopper(), { saleId }), 409, 'sold_out');
    expect(soldOut).not.toHaveProperty('remaining');
  });

  it('limit_reached for more than the sale gives one shopper, at once or in turn', async () => {
    const { saleId } = await anOpenSale({ perShopperLimit: 2 });
    const shopper = aShopper();
    expectProblem(await api.attempt(shopper, { saleId, quantity: 3 }), 409, 'limit_reached');
    expect((await api.attempt(shopper, { saleId, quantity: 2 })).status).toBe(202);
    expectProblem(await api.attempt(shopper, { saleId }), 409, 'limit_reached');
  });

  it('idempotency_key_reused for the same key with another quantity, and the key stays with the first', async () => {
    const { saleId } = await anOpenSale({ perShopperLimit: 5 });
    const shopper = aShopper();
    const first = await api.attempt(shopper, { saleId, quantity: 2 }, { key: 'one' });
    expectProblem(
      await api.attempt(shopper, { saleId, quantity: 1 }, { key: 'one' }),
      422,
      'idempotency_key_reused',
    );
    const replay = await api.attempt(shopper, { saleId, quantity: 2 }, { key: 'one' });
    expect(replay.attempt.attemptId).toBe(first.attempt.attemptId);
  });

  it('nothing of a key that was refused: the key is free', async () => {
    const { saleId } = await anOpenSale({ perShopperLimit: 2 });
    const shopper = aShopper();
    expectProblem(await api.attempt(shopper, { saleId, quantity: 3 }, { key: 'k' }), 409, 'limit_reached');
    expect((await api.attempt(shopper, { saleId, quantity: 2 }, { key: 'k' })).status).toBe(202);
  });

  it('rate_limited, with the wait and the policy, after too many tries; a replay is no try', async () => {
    const { saleId } = await anOpenSale({ perShopperLimit: 1 });
    const shopper = aShopper();
    const first = await api.attempt(shopper, { saleId }, { key: 'mine' });
    for (let replay = 0; replay < 6; replay += 1) await api.attempt(shopper, { saleId }, { key: 'mine' });
    for (let tries = 1; tries < 5; tries += 1) {
      expectProblem(await api.attempt(shopper, { saleId }), 409, 'limit_reached');
    }
    const answer = await api.attempt(shopper, { saleId });
    expectProblem(answer, 429, 'rate_limited');
    expect(answer.headers['ratelimit-policy']).toBe('"tries";q=5;w=60');
    expect(answer.headers.ratelimit).toMatch(/^"tries";r=0;t=(5\d|60)$/);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(50);
    const replay = await api.attempt(shopper, { saleId }, { key: 'mine' });
    expect(replay.attempt.attemptId).toBe(first.attempt.attemptId);
    expect((await api.attempt(aShopper(), { saleId })).status).toBe(202);
  });

  it('gate_closed when the sale has no gate, which this very attempt has rebuilt', async () => {
    const { saleId } = await givenSale({ db: services.db });
    const shopper = aShopper();
    expectProblem(await api.attempt(shopper, { saleId }), 503, 'gate_closed');
    await until(() => services.redis.exists(saleKeys(saleId).gate), { what: 'the gate is rebuilt' });
    await until(async () => (await api.attempt(aShopper(), { saleId })).status === 202, {
      what: 'the sale sells',
    });
  });

  it('overloaded when as many are in flight as may be', async () => {
    const small = await startTestApi(services, { MAX_INFLIGHT: '1' });
    try {
      const { saleId } = await anOpenSale();
      expect((await small.attempt(aShopper(), { saleId })).status).toBe(202);
      expectProblem(await small.attempt(aShopper(), { saleId }), 503, 'overloaded');
    } finally {
      await small.close();
    }
  });
});

describe('a gate whose answer does not come', () => {
  it('is outcome_unknown with the attempt id, under which a replay finds what the gate decided', async () => {
    const sale = await anOpenSale({ stock: 5 });
    const { saleId } = sale;
    const shopper = aShopper();
    await api.attempt(aShopper(), { saleId }); // the sale is in memory: only the gate is asked from here on
    await services.redis.call('CLIENT', 'PAUSE', '60000', 'WRITE');
    const asked = Date.now();
    const lost = await api.attempt(shopper, { saleId }, { key: 'cut' });
    await services.redis.call('CLIENT', 'UNPAUSE');
    const problem = expectProblem(lost, 503, 'outcome_unknown');
    expect(Date.now() - asked).toBeLessThan(2_000);

    const replay = await until(
      async () => {
        const again = await api.attempt(shopper, { saleId }, { key: 'cut' });
        return again.status === 202 ? again : null;
      },
      { what: 'the attempt stands' },
    );
    expect(replay.attempt.attemptId).toBe(problem.attemptId);
    const counters = await services.redis.hgetall(saleKeys(saleId).counters);
    expect(counters).toEqual({ received: '2', admitted: '2' });
  });
});
