import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { epochKeys, KEPT_AFTER_END_MS, saleKeys } from '../../infrastructure/redis/keys.ts';
import { meanwhile } from '../../testing/meanwhile.ts';
import { givenSale } from '../../testing/test-sale.ts';
import { startTestServices, type TestServices } from '../../testing/test-services.ts';
import { createEnsureGate } from '../purchase/rebuild.ts';
import { createChangeGate } from './change-gate.ts';
import type { SaleDetails } from './sale.model.ts';
import { changeSaleState } from './sale.service.ts';

let services: TestServices;
let sale: SaleDetails;
beforeAll(async () => {
  services = await startTestServices();
});
afterAll(() => services.close());
beforeEach(async () => {
  sale = await givenSale(services);
});

const gateState = () => services.redis.hget(saleKeys(sale.saleId).gate, 'state');
const changeState = (state: SaleDetails['state']) =>
  changeSaleState(services, sale.saleId, state, { actorId: null });

describe("an operator's change", () => {
  it('that arrives at the gate after a later one has no effect', async () => {
    const change = createChangeGate(services);
    await change({ ...sale, version: 3, state: 'active' });
    await change({ ...sale, version: 2, state: 'paused' });
    expect(await gateState()).toBe('active');
    await change({ ...sale, version: 3, state: 'active' });
    await change({ ...sale, version: 4, state: 'stopped' });
    expect(await gateState()).toBe('stopped');
  });

  it('keeps the gate for a day after an end that was moved', async () => {
    const endsAtMs = sale.endsAtMs + 7_200_000;
    await createChangeGate(services)({ ...sale, version: 2, endsAtMs });
    for (const key of [saleKeys(sale.saleId).gate, epochKeys(sale.saleId, 1).tokens])
      expect(await services.redis.pexpiretime(key)).toBe(endsAtMs + KEPT_AFTER_END_MS);
  });

  it('that comes while a gate is rebuilt is not undone when it opens', async () => {
    await services.redis.hset(saleKeys(sale.saleId).gate, 'runId', 'another server');
    // Between what the rebuild reads and its opening: the tokens are what it writes first.
    const redis = meanwhile(services.redis, 'set', () => changeState('paused'));
    const ensure = createEnsureGate({ ...services, redis, adoptionMs: 0, logger: silentLogger });
    expect(await ensure(sale.saleId, sale.stockId)).toBe(false);
    expect(await ensure(sale.saleId, sale.stockId)).toBe(true);
    expect(await gateState()).toBe('paused');
  });

  it('does not wait for orders that are being settled', async () => {
    await services.db.transaction(async (tx) => {
      await tx.raw('select 1 from flash_sales where id = ? for key share', [sale.saleId]); // as their foreign key does
      expect(await changeState('paused')).toEqual({ ok: true });
    });
  });
});
