import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type {
  AuditEntryBody,
  OperatorUserBody,
  ReconciledBody,
  SearchBody,
  TrailBody,
} from './contracts/operator-http.ts';
import type { SaleDetails } from './features/sale/sale.model.ts';
import { epochKeys } from './infrastructure/redis/keys.ts';
import { startTestApi, tokenOf, type TestApi } from './testing/test-api.ts';
import { givenOperator, type TestOperator } from './testing/test-operator.ts';
import { anAttempt, startTestPipeline, type TestPipeline } from './testing/test-pipeline.ts';
import { givenSale, givenShoppers } from './testing/test-sale.ts';
import { until } from './testing/until.ts';

let pipeline: TestPipeline;
let api: TestApi;
let operator: TestOperator;
let admin: TestOperator;
beforeAll(async () => {
  pipeline = await startTestPipeline();
  api = await startTestApi(pipeline);
  operator = await givenOperator(api, pipeline.db);
  admin = await givenOperator(api, pipeline.db, 'admin');
  await pipeline.startWorker();
});
afterAll(async () => {
  await api.close();
  await pipeline.close();
});

const isDecided = (attemptId: string) => () =>
  pipeline.db('purchase_attempts').where({ id: attemptId }).first<{ id: string } | undefined>('id');

async function givenOrder(sale: SaleDetails, shopper: string, key?: string) {
  const attempt = anAttempt(sale.saleId, shopper, key === undefined ? {} : { idempotencyKey: key });
  await pipeline.accept(sale, [attempt]);
  await until(isDecided(attempt.attemptId), { what: 'the attempt is settled' });
  const order = await pipeline
    .db('orders')
    .where({ attempt_id: attempt.attemptId })
    .first<{ id: string }>('id');
  return { attemptId: attempt.attemptId, orderId: order.id };
}

describe('an export', () => {
  it('has every order, first come first, and nothing a spreadsheet would run', async () => {
    const sale = await givenSale(pipeline, { stock: 3 });
    const shoppers = await givenShoppers(pipeline.db, 3);
    await pipeline
      .db('users')
      .where({ id: shoppers[1]! })
      .update({ name: '=HYPERLINK("http://evil.example","x")' });
    const orders = [];
    for (const shopper of shoppers) orders.push(await givenOrder(sale, shopper));
    const answer = await operator.get(`/sales/${sale.saleId}/orders.csv`);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': `attachment; filename="orders-${sale.saleId}.csv"`,
      'cache-control': 'no-store',
    });
    const [header, ...lines] = answer.text.trimEnd().split('\r\n');
    expect(header).toMatch(/^order_id,attempt_id,sequence,user_id,email,name,quantity,/);
    expect(lines.map((line) => line.split(',')[0])).toEqual(orders.map(({ orderId }) => orderId));
    expect(lines[1]).toContain(`,"'=HYPERLINK(""http://evil.example"",""x"")",1,4900,EUR,confirmed,`);
  });

  it('has every decided attempt, those that were set aside too', async () => {
    const sale = await givenSale(pipeline, { stock: 3 });
    const [shopper] = await givenShoppers(pipeline.db, 1);
    const { attemptId } = await givenOrder(sale, shopper!, '@SUM(1)');
    const aside = randomUUID();
    await pipeline.db('purchase_attempts').insert({
      ...{ id: aside, sale_id: sale.saleId, user_id: shopper, quantity: 1, outcome: 'rejected' },
      ...{ reason: 'set_aside', admitted_at: new Date() },
    });
    const { text } = await operator.get(`/sales/${sale.saleId}/attempts.csv`);
    const lines = text.trimEnd().split('\r\n').slice(1);
    expect(lines.map((line) => line.split(',')[0])).toEqual([attemptId, aside]);
    expect(lines[0]).toContain(",confirmed,,'@SUM(1),");
  });

  it('of a sale nobody knows is not found, and of an empty one is a header', async () => {
    expect((await operator.get(`/sales/${randomUUID()}/orders.csv`)).problem.code).toBe('sale_not_found');
    const sale = await givenSale(pipeline);
    expect((await operator.get(`/sales/${sale.saleId}/orders.csv`)).text.split('\r\n')).toHaveLength(2);
  });
});

describe('the trail of an attempt', () => {
  it('tells where it is while it is in flight', async () => {
    const sale = await givenSale(pipeline);
    const [shopper] = await givenShoppers(pipeline.db, 1);
    // Its job is lost: reconcile leaves it alone for two seconds.
    const [attempt] = await pipeline.accept(sale, [anAttempt(sale.saleId, shopper!)], { enqueue: false });
    const { attemptId } = attempt!;
    const trail = (await operator.get(`/attempts/${attemptId}/trail`)).body as TrailBody;
    expect(trail).toMatchObject({ attemptId, saleId: sale.saleId, userId: shopper, status: 'queued' });
    expect(trail.events).toMatchObject([
      { what: 'admitted', detail: { epoch: 1, quantity: 1 } },
      { what: 'in flight', detail: { hasJob: false } },
    ]);
  });

  it('tells its outcome, its order and what an operator did to it, in the order of time', async () => {
    const sale = await givenSale(pipeline);
    const [shopper] = await givenShoppers(pipeline.db, 1);
    const { attemptId, orderId } = await givenOrder(sale, shopper!, 'my key');
    await operator.post(`/orders/${orderId}/cancel`, { reason: 'broken', confirm: 'Test drop' });
    const { events, status } = (await operator.get(`/attempts/${attemptId}/trail`)).body as TrailBody;
    expect(status).toBe('confirmed');
    expect(events.map(({ what }) => what).sort()).toEqual(
      ['admitted', 'cancellation told', 'cancelled', 'confirmed', 'order.cancel', 'ordered'].sort(),
    );
    expect(events[0]).toMatchObject({ what: 'admitted', detail: { idempotencyKey: 'my key' } });
    expect(events.find(({ what }) => what === 'order.cancel')?.detail).toMatchObject({
      ...{ actorId: operator.id, reason: 'broken' },
    });
    expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).sort());
  });

  it('of an attempt nobody knows is not found', async () => {
    expect((await operator.get(`/attempts/${randomUUID()}/trail`)).problem.code).toBe('attempt_not_found');
  });
});

describe('a search', () => {
  it('finds a shopper, an attempt and an order by any of their names', async () => {
    const sale = await givenSale(pipeline);
    const [shopper] = await givenShoppers(pipeline.db, 1);
    const { attemptId, orderId } = await givenOrder(sale, shopper!);
    const { email } = await pipeline.db('users').where({ id: shopper }).first<{ email: string }>('email');
    const find = async (q: string) =>
      (await operator.get(`/search?q=${encodeURIComponent(q)}`)).body as SearchBody;
    for (const name of [shopper!, email.toUpperCase(), attemptId, orderId.toUpperCase()]) {
      const { attempts, orders } = await find(name);
      expect(attempts.map((one) => one.attemptId)).toEqual([attemptId]);
      expect(orders.map((one) => one.orderId)).toEqual([orderId]);
    }
    expect((await find(email)).users).toMatchObject([{ id: shopper, role: 'shopper' }]);
    expect(await find('nobody@test.invalid')).toEqual({ users: [], attempts: [], orders: [] });
    expect(await find(randomUUID())).toEqual({ users: [], attempts: [], orders: [] });
    expect((await operator.get('/search?q=x')).status).toBe(400);
  });
});

describe('a user', () => {
  const userOf = async (id: string) => (await admin.get(`/users/${id}`)).body as OperatorUserBody;
  const change = (id: string, version: number | null, body: object, by = admin) =>
    by.patch(`/users/${id}`, version, { reason: 'test', ...body });

  it('is found in the list, and never with a password', async () => {
    const { body, text } = await operator.get(`/users?email=${admin.id}&role=admin&blocked=false`);
    expect((body as { users: OperatorUserBody[] }).users).toMatchObject([{ id: admin.id, role: 'admin' }]);
    expect(text).not.toMatch(/password/i);
    expect((await operator.get('/users?blocked=true')).body).toEqual({ users: [] });
    const first = (await operator.get('/users?limit=1')).body as {
      users: OperatorUserBody[];
      nextCursor: string;
    };
    const second = (await operator.get(`/users?limit=1&cursor=${first.nextCursor}`)).body as typeof first;
    expect(second.users[0]!.id).not.toBe(first.users[0]!.id);
  });

  it('who is blocked loses access within a second, and has it again afterwards', async () => {
    const [shopper] = await givenShoppers(pipeline.db, 1);
    const seenWith = async (Authorization: string) =>
      (await api.send(`/api/purchase/user/${shopper!}`, { headers: { Authorization } })).status;
    const token = tokenOf(shopper!);
    expect(await seenWith(token)).toBe(200);
    expect((await change(shopper!, null, { blocked: true })).status).toBe(428);
    expect((await change(shopper!, 1, { blocked: true })).body).toMatchObject({ blocked: true, version: 2 });
    await until(async () => (await seenWith(tokenOf(shopper!))) === 403, { what: 'the process knows' });
    expect((await change(shopper!, 1, { blocked: false })).status).toBe(412);
    await change(shopper!, 2, { blocked: false });
    await until(async () => (await seenWith(tokenOf(shopper!))) === 200, { what: 'the process knows' });
    expect(await seenWith(token)).toBe(401); // of before
    const { entries } = (await operator.get(`/audit?subject=user:${shopper!}`)).body as {
      entries: AuditEntryBody[];
    };
    expect(entries).toMatchObject([
      { action: 'user.change', before: { blocked: true }, after: { blocked: false } },
      {
        action: 'user.change',
        actorId: admin.id,
        reason: 'test',
        before: { blocked: false },
        after: { blocked: true },
      },
    ]);
  });

  it('is changed by admins only, not by themselves, and the last admin stays one', async () => {
    const [shopper] = await givenShoppers(pipeline.db, 1);
    expect((await change(shopper!, 1, { role: 'operator' }, operator)).problem.code).toBe('forbidden');
    expect((await change(admin.id, 1, { role: 'shopper' })).problem.code).toBe('own_account');
    const other = await givenOperator(api, pipeline.db, 'admin');
    // Each demotes the other at once: one of them is left.
    const answers = await Promise.all([
      change(other.id, 1, { role: 'operator' }, admin),
      change(admin.id, 1, { blocked: true }, other),
    ]);
    const [refused, ...others] = answers.filter(({ status }) => status !== 200);
    expect(others).toEqual([]);
    // Who was blocked before the other one's own change was looked at may not ask any more.
    expect(['last_admin', 'forbidden', 'unauthenticated']).toContain(refused?.problem.code);
    const admins = pipeline.db('users').where({ role: 'admin', blocked: false });
    expect(await admins).toHaveLength(1);
    // Whoever was second has no token any more that counts.
    admin = await givenOperator(api, pipeline.db, 'admin');
  });

  it('whose role changes gets no new token from a session of before', async () => {
    const [shopper] = await givenShoppers(pipeline.db, 1);
    const session = {
      user_id: shopper,
      family: randomUUID(),
      token_hash: randomUUID(),
      expires_at: new Date(),
    };
    await pipeline.db('refresh_tokens').insert(session);
    expect((await change(shopper!, 1, { role: 'operator' })).status).toBe(200);
    expect((await userOf(shopper!)).role).toBe('operator');
    const kept = await pipeline
      .db('refresh_tokens')
      .where({ user_id: shopper })
      .first<{ revoked_at: Date | null }>();
    expect(kept.revoked_at).not.toBeNull();
    expect((await change(randomUUID(), 1, { blocked: true })).problem.code).toBe('user_not_found');
  });
});

describe('the audit log', () => {
  it('is read newest first, by subject, action and actor, a page at a time', async () => {
    const sale = await givenSale(pipeline);
    for (const verb of ['pause', 'resume', 'pause']) await operator.post(`/sales/${sale.saleId}/${verb}`);
    const subject = `subject=sale:${sale.saleId}`;
    const read = async (query: string) =>
      (await operator.get(`/audit?${query}`)).body as { entries: AuditEntryBody[]; nextCursor?: string };
    const first = await read(`${subject}&limit=2`);
    expect(first.entries.map(({ action }) => action)).toEqual(['sale.pause', 'sale.resume']);
    const second = await read(`${subject}&limit=2&cursor=${first.nextCursor!}`);
    expect(second.entries.map(({ action }) => action)).toEqual(['sale.pause']);
    expect(second.nextCursor).toBeUndefined();
    expect((await read(`${subject}&action=sale.resume&actorId=${operator.id}`)).entries).toHaveLength(1);
    expect((await read(`${subject}&actorId=${admin.id}`)).entries).toEqual([]);
  });
});

describe('reconcile now', () => {
  it('repairs the gate and tells how the promises stand', async () => {
    const sale = await givenSale(pipeline);
    await pipeline.redis.incrby(epochKeys(sale.saleId, 1).tokens, -3);
    const key = { 'Idempotency-Key': randomUUID() };
    const answer = await operator.post(`/sales/${sale.saleId}/reconcile`, { reason: 'odd' }, key);
    expect(answer.status).toBe(200);
    expect((answer.body as ReconciledBody).invariants.every(({ ok }) => ok)).toBe(true);
    expect(await pipeline.tokens(sale.saleId)).toBe(10);
    expect((await operator.post(`/sales/${sale.saleId}/reconcile`, { reason: 'odd' }, key)).text).toBe(
      answer.text,
    );
    expect((await operator.post(`/sales/${randomUUID()}/reconcile`)).problem.code).toBe('sale_not_found');
  });
});
