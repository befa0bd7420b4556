import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type {
  AuditEntryBody,
  OperatorProductBody,
  OperatorSaleBody,
  SearchBody,
  TrailBody,
} from './contracts/operator-http.ts';
import { epochKeys } from './infrastructure/redis/keys.ts';
import { startTestApi, type TestApi } from './testing/test-api.ts';
import { givenOperator, type TestOperator } from './testing/test-operator.ts';
import { anAttempt, startTestPipeline, type TestPipeline } from './testing/test-pipeline.ts';
import { givenProduct, givenSale, givenShoppers } from './testing/test-sale.ts';
import { until } from './testing/until.ts';

/** No worker runs: what is admitted stays in flight. */
let pipeline: TestPipeline;
let api: TestApi;
let operator: TestOperator;
beforeAll(async () => {
  pipeline = await startTestPipeline();
  api = await startTestApi(pipeline);
  operator = await givenOperator(api, pipeline.db);
});
afterAll(async () => {
  await api.close();
  await pipeline.close();
});

const query = (parameters: Record<string, string>) => new URLSearchParams(parameters).toString();

describe('a search while attempts are in flight', () => {
  const find = async (q: string) => (await operator.get(`/search?${query({ q })}`)).body as SearchBody;
  /** Which sales have a gate is looked up once a second: a sale of this moment may not be among them yet. */
  const findSoon = (q: string) =>
    until(
      async () => {
        const found = await find(q);
        return found.attempts.length > 0 ? found : null;
      },
      { what: 'an attempt is found' },
    );

  it('finds one by its id, and all of a shopper’s by the shopper', async () => {
    const sale = await givenSale(pipeline, { perShopperLimit: 3 });
    const [shopper, other] = await givenShoppers(pipeline.db, 2);
    const wishes = [anAttempt(sale.saleId, shopper!), anAttempt(sale.saleId, shopper!)];
    await pipeline.accept(sale, [wishes[0]!, anAttempt(sale.saleId, other!), wishes[1]!], { enqueue: false });
    const ids = wishes.map(({ attemptId }) => attemptId).sort();

    const byId = await findSoon(ids[0]!);
    expect(byId.attempts).toMatchObject([
      { attemptId: ids[0], saleId: sale.saleId, userId: shopper, quantity: 1, status: 'queued' },
    ]);
    const { email } = await pipeline.db('users').where({ id: shopper }).first<{ email: string }>('email');
    for (const name of [shopper!, email]) {
      const { attempts, orders } = await find(name);
      expect(attempts.map(({ attemptId }) => attemptId).sort()).toEqual(ids);
      expect(orders).toEqual([]);
    }
  });

  it('tells an attempt once, as decided, while its outcome is not announced yet', async () => {
    const sale = await givenSale(pipeline);
    const [shopper] = await givenShoppers(pipeline.db, 1);
    const [attempt] = await pipeline.accept(sale, [anAttempt(sale.saleId, shopper!)], { enqueue: false });
    const { attemptId, sequence, admittedAtMs } = attempt!;
    await pipeline.db('purchase_attempts').insert({
      ...{ id: attemptId, sale_id: sale.saleId, user_id: shopper, quantity: 1, sequence },
      ...{ outcome: 'rejected', reason: 'sold_out', admitted_at: new Date(admittedAtMs) },
    });
    expect(await pipeline.inflight(sale.saleId)).toEqual([attemptId]);
    for (const name of [attemptId, shopper!])
      expect((await find(name)).attempts).toMatchObject([{ attemptId, status: 'rejected' }]);
    const trail = (await operator.get(`/attempts/${attemptId}/trail`)).body as TrailBody;
    expect(trail.status).toBe('rejected');
  });

  it('looks through more in flight than one step of the scan', async () => {
    const sale = await givenSale(pipeline, { stock: 3_000 });
    const [shopper] = await givenShoppers(pipeline.db, 1);
    const [attempt] = await pipeline.accept(sale, [anAttempt(sale.saleId, shopper!)], { enqueue: false });
    const crowd = Array.from({ length: 2_500 }, () => anAttempt(sale.saleId, randomUUID()));
    await pipeline.accept(sale, crowd, { enqueue: false });
    const { inflight } = epochKeys(sale.saleId, await pipeline.epochOf(sale.saleId));
    expect(await pipeline.redis.hlen(inflight)).toBe(2_501);
    const found = await findSoon(shopper!);
    expect(found.attempts.map(({ attemptId }) => attemptId)).toEqual([attempt!.attemptId]);
  });
});

describe('the list of sales', () => {
  const names = async (parameters: Record<string, string>) => {
    const { body } = await operator.get(`/sales?${query(parameters)}`);
    return (body as { sales: OperatorSaleBody[] }).sales.map(({ name }) => name);
  };

  it('is narrowed by name, state, time and product, a page at a time', async () => {
    const productId = await givenProduct(pipeline.db);
    const { db } = pipeline;
    await givenSale({ db }, { productId, name: 'List over', opensInSec: -200, endsInSec: -100 });
    await givenSale({ db }, { productId, name: 'List running' });
    const { saleId } = await givenSale({ db }, { productId, name: 'List upcoming', opensInSec: 600 });
    await db('flash_sales').where({ id: saleId }).update({ state: 'draft' });
    expect(await names({ productId })).toEqual(['List upcoming', 'List running', 'List over']);
    expect(await names({ productId, name: 'lIsT R' })).toEqual(['List running']);
    expect(await names({ productId, state: 'draft' })).toEqual(['List upcoming']);
    expect(await names({ productId, when: 'over' })).toEqual(['List over']);
    expect(await names({ productId, when: 'running' })).toEqual(['List running']);
    expect(await names({ productId, when: 'upcoming', state: 'active' })).toEqual([]);

    const first = (await operator.get(`/sales?${query({ productId, limit: '2' })}`)).body as {
      sales: OperatorSaleBody[];
      nextCursor: string;
    };
    expect(first.sales).toHaveLength(2);
    expect(await names({ productId, limit: '2', cursor: first.nextCursor })).toEqual(['List over']);
    expect((await operator.get('/sales?when=soon')).status).toBe(400);
    expect((await operator.get('/sales?name=%00')).status).toBe(400);
  });
});

describe('the list of products', () => {
  it('is narrowed by a part of the name, whatever its case', async () => {
    const name = `Lantern ${randomUUID()}`;
    const { body } = await operator.post('/products', { name, priceMinor: 100, currency: 'EUR' });
    const { id } = body as OperatorProductBody;
    const found = (await operator.get(`/products?${query({ name: name.toUpperCase() })}`)).body as {
      products: OperatorProductBody[];
    };
    expect(found.products.map((product) => product.id)).toEqual([id]);
    expect((await operator.get('/products?name=100%25')).body).toEqual({ products: [] }); // no pattern
  });
});

describe('the audit log', () => {
  it('is narrowed by the actor’s e-mail and by time, and says who that was', async () => {
    const other = await givenOperator(api, pipeline.db);
    const email = `${other.id}@test.invalid`;
    const { body } = await other.post('/products', { name: 'Audited', priceMinor: 100, currency: 'EUR' });
    const subject = `product:${(body as OperatorProductBody).id}`;
    const entries = async (parameters: Record<string, string>) =>
      ((await operator.get(`/audit?${query(parameters)}`)).body as { entries: AuditEntryBody[] }).entries;
    const [made] = await entries({ actorEmail: email.toUpperCase() });
    expect(made).toMatchObject({ action: 'product.create', subject, actorId: other.id, actorEmail: email });
    const at = Date.parse(made!.at);
    const around = { subject, from: new Date(at).toISOString(), until: new Date(at + 1).toISOString() };
    expect(await entries(around)).toHaveLength(1);
    expect(await entries({ subject, until: around.from })).toEqual([]);
    expect(await entries({ subject, from: around.until })).toEqual([]);
    expect((await operator.get('/audit?from=yesterday')).status).toBe(400);
  });
});

describe('a picture that is not taken', () => {
  it('is refused in words that fit a picture, by its size and by its bytes', async () => {
    const { body } = await operator.post('/products', { name: 'Pictured', priceMinor: 100, currency: 'EUR' });
    const { id } = body as OperatorProductBody;
    const send = (picture: string) =>
      operator.post(`/products/${id}/picture`, picture, {
        ...{ 'Content-Type': 'image/png', 'If-Match': '"v1"' },
      });
    const message = 'must be a whole PNG, JPEG or WebP of at most 1 MB and 4,096 pixels a side';
    const tooLarge = (await send('x'.repeat(2 ** 20 + 1))).problem;
    expect(tooLarge).toMatchObject({ code: 'body_too_large', detail: 'Send a picture of at most 1 MB.' });
    expect(tooLarge.errors).toEqual([{ field: 'body', message }]);
    const noPicture = (await send('<svg/>')).problem;
    expect(noPicture).toMatchObject({ code: 'invalid_request', errors: [{ field: 'body', message }] });
  });
});

describe('an export', () => {
  it('says how many lines will come', async () => {
    const sale = await givenSale(pipeline);
    const [shopper] = await givenShoppers(pipeline.db, 1);
    await pipeline.db('purchase_attempts').insert({
      ...{ id: randomUUID(), sale_id: sale.saleId, user_id: shopper, quantity: 1, sequence: 1 },
      ...{ outcome: 'rejected', reason: 'sold_out', admitted_at: new Date() },
    });
    const countOf = async (name: string) =>
      (await operator.get(`/sales/${sale.saleId}/${name}.csv`)).headers['x-row-count'];
    expect([await countOf('attempts'), await countOf('orders')]).toEqual(['1', '0']);
  });
});
