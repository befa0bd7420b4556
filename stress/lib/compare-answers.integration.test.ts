import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { attemptIdOf } from '../../src/features/purchase/attempt-id.ts';
import type { SaleDetails } from '../../src/features/sale/sale.model.ts';
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts';
import { givenSale } from '../../src/testing/test-sale.ts';
import { compareAnswers } from './compare-answers.ts';
import type { Wish } from './wish.ts';

describe('what shoppers were told, against what is stored', () => {
  let database: TestDatabase;
  let sale: SaleDetails;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    sale = await givenSale(database);
  });

  const aWish = (): Wish => ({
    saleId: sale.saleId,
    shopper: { userId: randomUUID(), accessToken: '' },
    idempotencyKey: 'k',
    quantity: 1,
  });
  const idOf = ({ shopper, idempotencyKey }: Wish) =>
    attemptIdOf(sale.saleId, shopper.userId, idempotencyKey);
  const accept = (wish: Wish): Wish => ({
    ...wish,
    accepted: { attemptId: idOf(wish), acceptMs: 1, sentAt: 1 },
  });
  const store = (wish: Wish, outcome: 'confirmed' | 'rejected') =>
    database.db('purchase_attempts').insert({
      ...{ id: idOf(wish), sale_id: sale.saleId, user_id: wish.shopper.userId, quantity: 1, outcome },
      ...{ reason: outcome === 'rejected' ? 'sold_out' : null, admitted_at: new Date() },
    });

  it('agrees when the accepted have an outcome and the refused no order', async () => {
    const [won, lost] = [accept(aWish()), accept(aWish())];
    await store(won, 'confirmed');
    await store(lost, 'rejected');
    const refused = { ...aWish(), refusedWith: 'sold_out' };
    expect((await compareAnswers(database.db, sale.saleId, [won, lost, refused])).ok).toBe(true);
  });

  it('takes a shopper who was refused on one connection and accepted on another for accepted', async () => {
    const both = { ...accept(aWish()), refusedWith: 'sold_out' };
    await store(both, 'confirmed');
    expect((await compareAnswers(database.db, sale.saleId, [both])).ok).toBe(true);
  });

  it('tells what is wrong', async () => {
    const stranger = aWish();
    const refused = { ...aWish(), refusedWith: 'sold_out' };
    await store(stranger, 'confirmed');
    await store(refused, 'confirmed');
    const wishes = [accept(aWish()), refused, aWish()];
    expect(await compareAnswers(database.db, sale.saleId, wishes)).toMatchObject({
      ok: false,
      detail:
        '3 wishes: 1 without a final answer, 1 accepted without an outcome, 1 refused with an order, ' +
        '1 orders nobody asked for',
    });
  });
});
