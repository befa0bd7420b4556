import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { withStockLock } from '../../infrastructure/postgres/advisory-lock.ts';
import { epochKeys, saleKeys } from '../../infrastructure/redis/keys.ts';
import { givenSale } from '../../testing/test-sale.ts';
import { startTestServices, type TestServices } from '../../testing/test-services.ts';
import type { SaleDetails } from '../sale/sale.model.ts';
import { dropHeld, holdUnits, readHeld, type HeldUnits } from './held-units.ts';
import { writeMovement } from './stock.repository.ts';

let services: TestServices;
let sale: SaleDetails;
beforeAll(async () => {
  services = await startTestServices();
});
afterAll(() => services.close());
beforeEach(async () => {
  sale = await givenSale(services, { stock: 10 });
});

const aHold = (overrides: Partial<HeldUnits> = {}): HeldUnits => ({
  ...{ saleId: sale.saleId, stockId: sale.stockId, epoch: 1, changeId: randomUUID(), units: 4 },
  change: { actor: { actorId: randomUUID() }, key: null, fingerprint: '' },
  heldAtMs: Date.now(),
  ...overrides,
});
const gate = async () => {
  const [revision, version] = await services.redis.hmget(saleKeys(sale.saleId).gate, 'revision', 'version');
  const tokens = await services.redis.get(epochKeys(sale.saleId, 1).tokens);
  return { tokens: Number(tokens), revision: Number(revision), version: Number(version) };
};

describe('units that are held', () => {
  it('are not for sale, and a drift or a page from before is no longer true', async () => {
    const before = await gate();
    expect(await holdUnits(services, aHold())).toEqual({ kind: 'held' });
    expect(await gate()).toEqual({
      tokens: before.tokens - 4,
      revision: before.revision + 1,
      version: before.version + 1,
    });
  });

  it('are held once, however often the change is asked for', async () => {
    const held = aHold();
    expect(await holdUnits(services, held)).toEqual({ kind: 'held' });
    expect(await holdUnits(services, held)).toEqual({ kind: 'held' });
    expect((await gate()).tokens).toBe(6);
    expect(await readHeld(services.redis, held)).toEqual([held]);
  });

  it('are not held at a gate of another epoch or server', async () => {
    await services.redis.set(epochKeys(sale.saleId, 2).tokens, 10); // a rebuild is about to open it
    const before = await gate();
    expect(await holdUnits(services, aHold({ epoch: 2 }))).toEqual({ kind: 'closed', epoch: 1 });
    const elsewhere = { ...services, runId: { of: () => 'another' } };
    expect(await holdUnits(elsewhere, aHold())).toEqual({ kind: 'closed', epoch: 1 });
    expect(await gate()).toEqual(before);
    expect(await services.redis.get(epochKeys(sale.saleId, 2).tokens)).toBe('10');
  });

  it('go back once, and only to the gate that held them', async () => {
    const held = aHold();
    await holdUnits(services, held);
    await services.redis.hset(saleKeys(sale.saleId).gate, 'epoch', 2);
    await dropHeld(services.redis, held, { giveBack: true });
    expect((await gate()).tokens).toBe(6);
    await services.redis.hset(saleKeys(sale.saleId).gate, 'epoch', 1);
    for (let times = 0; times < 2; times += 1) await dropHeld(services.redis, held, { giveBack: true });
    expect((await gate()).tokens).toBe(10);
  });
});

describe('a movement', () => {
  it.each([
    ['take more than there is', { total: -11 }],
    ['take what is sold', { sold: 11 }],
    ['bring back what was never sold', { sold: -1 }],
  ])('does not %s, and writes nothing', async (_what, units) => {
    const write = withStockLock(services.db, sale.stockId, (stock) =>
      writeMovement(stock, { changeId: randomUUID(), ...units, cause: 'operator' }),
    );
    await expect(write).rejects.toThrow('has not the units of change');
    expect(await services.db('stock_movements').where({ stock_id: sale.stockId })).toHaveLength(1);
  });
});
