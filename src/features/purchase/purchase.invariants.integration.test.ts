import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { InvariantBody } from '../../contracts/http.ts';
import { epochKeys, saleKeys } from '../../infrastructure/redis/keys.ts';
import { givenSale, givenShoppers } from '../../testing/test-sale.ts';
import { startTestServices, type TestServices } from '../../testing/test-services.ts';
import type { SaleDetails } from '../sale/sale.model.ts';
import { createAdmit } from './admit.ts';
import { createAnnounce } from './announce.ts';
import { attemptIdOf } from './attempt-id.ts';
import type { JournalEntry } from './journal.ts';
import { checkInvariants, type InvariantOptions } from './purchase.invariants.ts';
import type { AdmittedAttempt, DecidedAttempt } from './purchase.model.ts';
import { createSettle } from './settle.ts';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { shortId } from '../../utils/short-id.ts';

describe('the promises', () => {
  let services: TestServices;
  let sale: SaleDetails;
  let sold: DecidedAttempt[];
  beforeAll(async () => {
    services = await startTestServices();
  });
  afterAll(() => services.close());

  /** A sale of 10 units with 4 orders, 2 of one shopper, all announced; 6 units left. */
  beforeEach(async () => {
    sale = await givenSale(services, { stock: 10, perShopperLimit: 2 });
    const [one, two, three] = (await givenShoppers(services.db, 3)) as [string, string, string];
    sold = await announce(await settle(await admit([one, two, three, three])));
  });

  async function admit(shopperIds: string[]): Promise<AdmittedAttempt[]> {
    const gate = createAdmit({
      ...services,
      maxInflight: 100,
      maxInflightAgeMs: 60_000,
      triesLimit: 100,
      triesWindowMs: 1_000,
    });
    const attempts = shopperIds.map((shopperId) => {
      const idempotencyKey = randomUUID();
      return {
        attemptId: attemptIdOf(sale.saleId, shopperId, idempotencyKey),
        shopperId,
        quantity: 1,
        idempotencyKey,
      };
    });
    const reply = await gate(sale.saleId, 1, randomUUID(), attempts);
    if (reply.kind !== 'answered') throw new Error(reply.kind);
    return reply.answers.flatMap((answer, index) =>
      answer.kind === 'admitted'
        ? [{ ...attempts[index]!, sequence: answer.sequence, admittedAtMs: answer.admittedAtMs }]
        : [],
    );
  }
  const settle = (admitted: AdmittedAttempt[]): Promise<DecidedAttempt[]> =>
    createSettle({ db: services.db, clock: Date, logger: silentLogger })(sale.saleId, sale.stockId, admitted);
  const announce = async (decided: DecidedAttempt[]): Promise<DecidedAttempt[]> => {
    await createAnnounce({ redis: services.redis, saleEndsAtMs: async () => sale.endsAtMs })(
      sale.saleId,
      decided,
    );
    return decided;
  };
  const check = async (options: Partial<InvariantOptions> = {}): Promise<Record<string, InvariantBody>> => {
    const verdicts = await checkInvariants(services, { saleId: sale.saleId, deep: true, ...options });
    return Object.fromEntries(verdicts.map((verdict) => [verdict.id, verdict]));
  };
  const broken = async (options: Partial<InvariantOptions> = {}): Promise<string[]> =>
    Object.values(await check(options)).flatMap(({ id, ok }) => (ok ? [] : [id]));
  const sql = (statement: string, ...bindings: (string | number)[]) => services.db.raw(statement, bindings);
  const tokens = () => epochKeys(sale.saleId, 1).tokens;

  it('all hold for a sale as it should be, in order and with figures', async () => {
    const verdicts = await checkInvariants(services, { saleId: sale.saleId, deep: true, maxInflight: 100 });
    expect(verdicts.filter(({ ok }) => !ok)).toEqual([]);
    expect(verdicts.map(({ id }) => id)).toEqual(['I1', 'I2', 'I4', 'I6', 'I7', 'I8', 'I9', 'I11', 'I12']);
    expect(verdicts[0]!.detail).toBe('4 of 10 units sold, 4 in confirmed orders');
    expect(verdicts[1]!.detail).toBe('6 units unsold, 6 at the gate, 0 attempts in flight, drift 0');
  });

  it('hold while attempts are in flight, settled or not', async () => {
    const [shopper] = await givenShoppers(services.db, 1);
    const admitted = await admit([shopper!, shopper!]);
    expect(await broken()).toEqual([]);
    await settle(admitted.slice(0, 1));
    expect(await broken()).toEqual([]);
  });

  it('I1 breaks when an order is missing from what is sold', async () => {
    await sql('update stocks set sold = sold + 1 where id = ?', sale.stockId);
    expect(await broken()).toEqual(expect.arrayContaining(['I1']));
  });

  it('I2 breaks when a unit leaks from the gate, and when the gate has one too many', async () => {
    await services.redis.decr(tokens());
    expect((await check()).I2).toMatchObject({ ok: false, detail: expect.stringContaining('drift 1') });
    await services.redis.incrby(tokens(), 2);
    expect((await check()).I2).toMatchObject({ ok: false, detail: expect.stringContaining('drift -1') });
  });

  it('I2 breaks when shoppers were told sold out while units were left', async () => {
    await services.redis.hincrby(saleKeys(sale.saleId).counters, 'refused:sold_out', 3);
    expect((await check()).I2).toMatchObject({
      ok: false,
      detail: expect.stringContaining('3 were told sold out'),
    });
  });

  it('I2 breaks when there is no gate', async () => {
    await services.redis.del(saleKeys(sale.saleId).gate);
    expect((await check()).I2).toMatchObject({ ok: false, detail: 'there is no open gate to compare with' });
  });

  it('I4 breaks when a confirmed attempt has no order, or a rejected one has one', async () => {
    await sql('delete from orders where attempt_id = ?', sold[0]!.attemptId);
    expect((await check()).I4!.detail).toContain('1 confirmed without their order');
    await sql(
      `update purchase_attempts set outcome = 'rejected', reason = 'sold_out' where id = ?`,
      sold[1]!.attemptId,
    );
    expect((await check()).I4!.detail).toContain('1 rejected with one');
    expect(await broken()).toContain('I4');
  });

  it('I4 breaks when Redis lacks an outcome, tells another or has one of its own', async () => {
    const { known } = saleKeys(sale.saleId);
    const [first, second] = sold as [DecidedAttempt, DecidedAttempt];
    const record = await services.redis.hget(known, shortId(first.attemptId));
    await services.redis.hdel(known, shortId(first.attemptId));
    expect((await check()).I4!.detail).toContain('Redis lacks 1, tells 0 differently and has 0 of its own');
    await services.redis.hset(known, shortId(first.attemptId), record!, shortId(second.attemptId), record!);
    expect((await check()).I4!.detail).toContain('Redis lacks 0, tells 1 differently and has 0 of its own');
    await services.redis.hset(known, shortId(randomUUID()), record!);
    expect((await check()).I4).toMatchObject({
      ok: false,
      detail: expect.stringContaining('has 1 of its own'),
    });
  });

  it('I6 breaks when a shopper has more than the limit', async () => {
    await sql('update orders set user_id = ? where attempt_id = ?', sold[2]!.shopperId, sold[0]!.attemptId);
    expect((await check()).I6).toMatchObject({ ok: false, detail: '1 shoppers have more than 2' });
  });

  it('I7 breaks for an attempt admitted at the end, and holds for one at the start', async () => {
    const admittedAt =
      'update purchase_attempts set admitted_at = to_timestamp(?::float8 / 1000) where id = ?';
    await sql(admittedAt, sale.startsAtMs, sold[0]!.attemptId);
    expect((await check()).I7!.ok).toBe(true);
    await sql(admittedAt, sale.endsAtMs, sold[3]!.attemptId);
    expect((await check()).I7).toMatchObject({
      ok: false,
      detail: '1 of 4 attempts admitted outside the window',
    });
  });

  it('I8 breaks when a later sequence was admitted earlier', async () => {
    await sql(
      `update purchase_attempts set admitted_at = admitted_at - interval '1 second' where id = ?`,
      sold[3]!.attemptId,
    );
    expect((await check()).I8).toMatchObject({
      ok: false,
      detail: expect.stringContaining('1 attempts numbered'),
    });
  });

  it('I9 breaks when a movement is missing', async () => {
    await sql(`insert into stock_movements (stock_id, delta, cause) values (?, 1, 'operator')`, sale.stockId);
    expect(await broken()).toEqual(['I9']);
  });

  it('I11 breaks for an attempt in flight for more than ten seconds', async () => {
    const [shopper] = await givenShoppers(services.db, 1);
    const [admitted] = await admit([shopper!]);
    const { inflight } = epochKeys(sale.saleId, 1);
    const record = (await services.redis.hget(inflight, shortId(admitted!.attemptId)))!;
    const longAgo = String(admitted!.admittedAtMs - 11_000);
    await services.redis.hset(
      inflight,
      shortId(admitted!.attemptId),
      record.replace(String(admitted!.admittedAtMs), longAgo),
    );
    expect(await broken()).toEqual(['I11']);
  });

  it('I12 breaks when more is in flight than the bound, and when a key never expires', async () => {
    const [shopper] = await givenShoppers(services.db, 1);
    await admit([shopper!, shopper!]);
    expect(await broken({ maxInflight: 1 })).toEqual(['I12']);
    await services.redis.persist(tokens());
    expect((await check()).I12).toMatchObject({ ok: false, detail: expect.stringContaining(tokens()) });
    expect(await broken({ deep: false })).toEqual(['I12']);
  });

  describe('with what clients saw', () => {
    const seen = (attempt: DecidedAttempt, more: Partial<JournalEntry>): JournalEntry => ({
      t: 1_000,
      userId: attempt.shopperId,
      saleId: sale.saleId,
      idempotencyKey: attempt.idempotencyKey!,
      httpStatus: 202,
      attemptId: attempt.attemptId,
      ...more,
    });
    const queued = (t: number, position: number) =>
      seen(sold[0]!, { t, sentAt: t - 5, status: 'queued', position });
    const confirmed = (t: number) =>
      seen(sold[0]!, {
        t,
        sentAt: t - 5,
        status: 'confirmed',
        orderId: (sold[0] as { orderId: string }).orderId,
      });

    it('hold for a replay, for answers that crossed, and for other sales', async () => {
      const journal = [
        queued(1_000, 4),
        queued(1_010, 2),
        confirmed(1_020),
        { ...queued(1_021, 2), sentAt: 1_001 },
        { ...seen(sold[1]!, { status: 'queued' }), saleId: randomUUID(), attemptId: randomUUID() },
      ];
      expect(await broken({ journal })).toEqual([]);
      expect((await check({ journal })).I3!.detail).toBe(
        "1 attempts accepted before clients' eyes, 0 without an outcome",
      );
    });

    it('I3 breaks when an accepted attempt has no outcome', async () => {
      const journal = [seen(sold[0]!, { attemptId: randomUUID(), idempotencyKey: 'other' })];
      expect(await broken({ journal })).toContain('I3');
      expect((await check({ journal })).I3).toMatchObject({ lines: [1] });
    });

    it('I5 breaks when a key was answered with two attempts', async () => {
      const journal = [seen(sold[0]!, {}), seen(sold[0]!, { attemptId: sold[1]!.attemptId })];
      expect(await broken({ journal })).toEqual(['I5']);
    });

    it('the others are judged by what clients saw as well: all twelve have a verdict', async () => {
      const first = sold[0]!;
      const toldEarly = seen(first, { queuedAt: sale.startsAtMs - 1, attemptId: randomUUID() });
      const verdicts = await check({ journal: [{ ...toldEarly, idempotencyKey: 'other' }] });
      expect(Object.keys(verdicts)).toHaveLength(12);
      expect(verdicts.I7).toMatchObject({ ok: false, lines: [1], detail: expect.stringContaining('0 of 4') });
    });

    it('I10 breaks when a position rises, an outcome is taken back, or another one is told than stored', async () => {
      expect(await broken({ journal: [queued(1_000, 2), queued(1_010, 3)] })).toEqual(['I10']);
      expect(await broken({ journal: [confirmed(1_000), queued(1_010, 1)] })).toEqual(['I10']);
      const untrue = { ...confirmed(1_000), orderId: randomUUID() };
      expect(await broken({ journal: [untrue] })).toEqual(['I10']);
    });
  });
});
