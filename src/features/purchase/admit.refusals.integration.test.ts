import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SaleDetails } from '../sale/sale.model.ts';
import { epochKeys, saleKeys } from '../../infrastructure/redis/keys.ts';
import { askTestGate, refusedAs, wish } from '../../testing/test-gate.ts';
import { givenSale } from '../../testing/test-sale.ts';
import { startTestServices, type TestServices } from '../../testing/test-services.ts';
import { until } from '../../testing/until.ts';
import { shortId } from '../../utils/short-id.ts';
import { parseInflight, type Attempt } from './purchase.model.ts';

describe('the gate', () => {
  let services: TestServices;
  beforeAll(async () => {
    services = await startTestServices();
  });
  afterAll(() => services.close());
  const { ask, change, tokens } = askTestGate(() => services);

  describe('refuses', () => {
    it('before the start, and says how long that is', async () => {
      const sale = await givenSale(services, { opensInSec: 60 });
      const [answer] = await ask(sale, [wish(sale)]);
      expect(answer).toEqual(refusedAs('sale_not_started'));
      const { retryAfterMs = 0 } = answer as { retryAfterMs?: number };
      expect(Math.abs(retryAfterMs - (sale.startsAtMs - Date.now()))).toBeLessThan(2_000);
    });

    it('while the sale is paused', async () => {
      const sale = await givenSale(services);
      await change(sale, { state: 'paused' });
      expect(await ask(sale, [wish(sale)])).toEqual([refusedAs('sale_paused')]);
    });

    it('once the sale is stopped, before its start as well', async () => {
      const sale = await givenSale(services, { opensInSec: 60 });
      await change(sale, { state: 'stopped' });
      expect(await ask(sale, [wish(sale)])).toEqual([refusedAs('sale_ended')]);
    });

    it('nothing from the first instant to the last, by its own clock', async () => {
      const given = await givenSale(services, { stock: 100_000 });
      const sale = { ...given, startsAtMs: Date.now() + 400, endsAtMs: Date.now() + 700 };
      await change(sale, {});
      const refusals = new Set<string>();
      await until(
        async () => {
          const [answer] = await ask(sale, [wish(sale)]);
          if (answer?.kind === 'refused') refusals.add(answer.code);
          return refusals.has('sale_ended');
        },
        { everyMs: 0 },
      );
      refusals.delete('sale_not_started'); // not seen when this machine is slow to ask
      expect([...refusals]).toEqual(['sale_ended']);
      const records = await services.redis.hvals(epochKeys(sale.saleId, 1).inflight);
      const admittedAt = records.map((record) => parseInflight('', record).admittedAtMs);
      expect(Math.min(...admittedAt)).toBeGreaterThanOrEqual(sale.startsAtMs);
      expect(Math.max(...admittedAt)).toBeLessThan(sale.endsAtMs);
    });

    it('what exceeds a shopper’s limit, promised units included, one by one within a batch', async () => {
      const sale = await givenSale(services, { perShopperLimit: 3 });
      const shopper = randomUUID();
      const answers = await ask(sale, [
        wish(sale, 2, shopper),
        wish(sale, 2, shopper),
        wish(sale, 1, shopper),
      ]);
      expect(answers).toMatchObject([{ kind: 'admitted' }, refusedAs('limit_reached'), { kind: 'admitted' }]);
      expect(await ask(sale, [wish(sale, 1, shopper)])).toEqual([refusedAs('limit_reached')]);
      expect(await tokens(sale)).toBe(7);
    });

    it('what nothing is left for, and names what is left to who asked for more', async () => {
      const sale = await givenSale(services, { stock: 3, perShopperLimit: 5 });
      expect(await ask(sale, [wish(sale, 2), wish(sale, 2), wish(sale, 1), wish(sale, 1)])).toMatchObject([
        { kind: 'admitted' },
        { kind: 'refused', code: 'not_enough_left', remaining: 1 },
        { kind: 'admitted' },
        { kind: 'refused', code: 'sold_out' },
      ]);
      expect(await tokens(sale)).toBe(0);
    });

    it('more than may be in flight', async () => {
      const sale = await givenSale(services);
      expect(await ask(sale, [wish(sale), wish(sale), wish(sale)], { maxInflight: 2 })).toMatchObject([
        { kind: 'admitted' },
        { kind: 'admitted' },
        refusedAs('overloaded'),
      ]);
      expect(await ask(sale, [wish(sale)], { maxInflight: 2 })).toEqual([refusedAs('overloaded')]);
      expect(await tokens(sale)).toBe(8);
    });

    it('who would wait behind an attempt that is not settled for too long, and nobody once it is', async () => {
      const sale = await givenSale(services);
      const first = wish(sale);
      await ask(sale, [first]);
      const bounds = { maxInflightAgeMs: 50 };
      const refused = await until(
        async () => {
          const [answer] = await ask(sale, [wish(sale)], bounds);
          return answer?.kind === 'refused' ? answer : null;
        },
        { what: 'the first attempt is too old' },
      );
      expect(refused).toEqual(refusedAs('overloaded'));
      expect(await ask(sale, [first], bounds)).toMatchObject([{ kind: 'known' }]); // its own replay is no new attempt
      const { inflight, line } = epochKeys(sale.saleId, 1);
      await services.redis.unlink(inflight, line); // announced
      expect(await ask(sale, [wish(sale)], bounds)).toMatchObject([{ kind: 'admitted' }]);
    });
  });

  describe('counts tries', () => {
    const policy = { triesLimit: 2, triesWindowMs: 300 };

    it('exactly, refused ones too, and tells when the next is free', async () => {
      const sale = await givenSale(services, { stock: 0 });
      const shopper = randomUUID();
      const tries = await ask(
        sale,
        [wish(sale, 1, shopper), wish(sale, 1, shopper), wish(sale, 1, shopper)],
        policy,
      );
      expect(tries).toEqual([refusedAs('sold_out'), refusedAs('sold_out'), refusedAs('rate_limited')]);
      const { retryAfterMs = 0 } = tries[2] as { retryAfterMs?: number };
      expect(retryAfterMs).toBeGreaterThan(0);
      expect(retryAfterMs).toBeLessThanOrEqual(policy.triesWindowMs);
      expect(await ask(sale, [wish(sale)], policy)).toEqual([refusedAs('sold_out')]);
      await until(async () => {
        const [answer] = await ask(sale, [wish(sale, 1, shopper)], policy);
        return answer?.kind === 'refused' && answer.code === 'sold_out';
      });
    });

    describe('from the first one on, whatever the clock shows', () => {
      const hourly = { triesLimit: 2, triesWindowMs: 3_600_000 };
      const keysOfTries = (sale: SaleDetails) =>
        services.redis.keys(`${saleKeys(sale.saleId).prefix}tries:*`);

      /** A sold-out sale where a shopper has tried before: so many times, since so long before this window of the clock. */
      async function givenTries(times: number, beforeMs: number) {
        const sale = await givenSale(services, { stock: 0 });
        const shopper = randomUUID();
        const [seconds] = await services.redis.time();
        const window = Math.floor((Number(seconds) * 1000) / hourly.triesWindowMs);
        const keyOf = (ago: number): string => `${saleKeys(sale.saleId).prefix}tries:${window - ago}`;
        const since = window * hourly.triesWindowMs - beforeMs;
        await services.redis.hset(keyOf(1), shortId(shopper), `${times}|${since}`);
        return { sale, shopper, keyOf, freeAtMs: since + hourly.triesWindowMs };
      }

      it('counts on in the next window of the clock', async () => {
        const { sale, shopper, freeAtMs } = await givenTries(1, 1);
        const [first, second] = await ask(sale, [wish(sale, 1, shopper), wish(sale, 1, shopper)], hourly);
        expect([first, second]).toEqual([refusedAs('sold_out'), refusedAs('rate_limited')]);
        const { retryAfterMs = 0 } = second as { retryAfterMs?: number };
        expect(Math.abs(retryAfterMs - (freeAtMs - Date.now()))).toBeLessThan(10_000);
        expect(await ask(sale, [wish(sale, 1, shopper)], hourly)).toEqual([refusedAs('rate_limited')]);
      });

      it('and starts again when its own window is over', async () => {
        const { sale, shopper } = await givenTries(2, hourly.triesWindowMs);
        const wishes = [1, 2, 3].map(() => wish(sale, 1, shopper));
        expect(await ask(sale, wishes, hourly)).toEqual([
          ...[refusedAs('sold_out'), refusedAs('sold_out')],
          refusedAs('rate_limited'),
        ]);
      });

      it('and keeps nothing for longer than it counts', async () => {
        const { sale, shopper, keyOf } = await givenTries(1, 1);
        await services.redis.rename(keyOf(1), keyOf(2));
        await ask(sale, [wish(sale, 1, shopper)], hourly);
        expect(await keysOfTries(sale)).toEqual([keyOf(0)]);
        const leftMs = await services.redis.pttl(keyOf(0));
        expect(leftMs).toBeGreaterThan(hourly.triesWindowMs);
        expect(leftMs).toBeLessThanOrEqual(3 * hourly.triesWindowMs);
      });
    });

    it('but no replay, and nothing while the sale is not open', async () => {
      const sale = await givenSale(services, { perShopperLimit: 5 });
      const shopper = randomUUID();
      const attempt = wish(sale, 1, shopper);
      await ask(sale, [attempt], { triesLimit: 2 });
      await ask(sale, [attempt, attempt, { ...attempt, quantity: 2 }], { triesLimit: 2 });
      await change(sale, { state: 'paused' });
      await ask(sale, [wish(sale, 1, shopper)], { triesLimit: 2 });
      await change(sale, { state: 'active' });
      const [second, third] = [wish(sale, 1, shopper), wish(sale, 1, shopper)];
      expect(await ask(sale, [second, third], { triesLimit: 2 })).toMatchObject([
        { kind: 'admitted' },
        refusedAs('rate_limited'),
      ]);
    });
  });

  it('leaves the key of a refused attempt free', async () => {
    const sale = await givenSale(services);
    const attempt = wish(sale);
    await change(sale, { state: 'paused' });
    expect(await ask(sale, [attempt])).toEqual([refusedAs('sale_paused')]);
    await change(sale, { state: 'active' });
    expect(await ask(sale, [attempt])).toMatchObject([{ kind: 'admitted' }]);
  });

  it('decides in order: state, tries, limit, what is left, what is in flight', async () => {
    const sale = await givenSale(services, { stock: 2, perShopperLimit: 2 });
    const shopper = randomUUID();
    await ask(sale, [wish(sale, 1, shopper)]);
    const strict = { triesLimit: 1, maxInflight: 0 };
    const mine = (quantity = 1): Attempt => wish(sale, quantity, shopper);
    await change(sale, { state: 'paused' });
    expect(await ask(sale, [mine(2)], strict)).toEqual([refusedAs('sale_paused')]);
    await change(sale, { state: 'active' });
    expect(await ask(sale, [mine(2)], strict)).toEqual([refusedAs('rate_limited')]);
    expect(await ask(sale, [mine(2)], { maxInflight: 0 })).toEqual([refusedAs('limit_reached')]);
    expect(await ask(sale, [wish(sale, 2)], strict)).toEqual([refusedAs('not_enough_left')]);
    expect(await ask(sale, [wish(sale)], strict)).toEqual([refusedAs('overloaded')]);
    await ask(sale, [wish(sale)]);
    expect(await ask(sale, [mine(2)])).toEqual([refusedAs('limit_reached')]);
    expect(await ask(sale, [wish(sale)], strict)).toEqual([refusedAs('sold_out')]);
  });
});
