import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { SaleStatusBody } from './contracts/http.ts';
import type { OperatorSaleBody } from './contracts/operator-http.ts';
import { saleKeys } from './infrastructure/redis/keys.ts';
import { tokenOf, type Answer, type TestApi } from './testing/test-api.ts';
import { auditOf, givenOperator, type TestOperator } from './testing/test-operator.ts';
import { givenProduct, givenShoppers } from './testing/test-sale.ts';
import { startTestProcesses, type TestProcesses } from './testing/test-processes.ts';
import { until } from './testing/until.ts';

let shop: TestProcesses;
let productId: string;
beforeAll(async () => {
  shop = await startTestProcesses();
});
afterAll(() => shop.close());
beforeEach(async () => {
  productId = await givenProduct(shop.services.db);
});

const inSec = (sec: number): string => new Date(Date.now() + sec * 1_000).toISOString();
const aSale = (overrides: object = {}) => ({
  ...{ productId, name: 'Night run', startsAt: inSec(-60), endsAt: inSec(3_600), stock: 5 },
  ...overrides,
});
const saleOf = ({ body }: Answer) => body as OperatorSaleBody;
const makeDraft = async (overrides: object = {}) =>
  saleOf(await shop.operator.post('/sales', aSale(overrides)));
const makePublished = async (overrides: object = {}) => {
  const { saleId } = await makeDraft(overrides);
  return saleOf(await shop.operator.post(`/sales/${saleId}/publish`));
};

describe('a draft', () => {
  it('is made with who made it and why, and is no sale to a shopper', async () => {
    const made = await shop.operator.post('/sales', aSale({ reason: 'autumn' }), {
      'X-Request-Id': 'made-it',
    });
    expect(made.status).toBe(201);
    const sale = saleOf(made);
    expect(sale).toMatchObject({
      state: 'draft',
      stock: { total: 5, sold: 0 },
      perShopperLimit: 1,
      version: 1,
    });
    expect(made.headers).toMatchObject({ etag: '"v1"', location: `/api/admin/sales/${sale.saleId}` });
    const [entry] = await auditOf(shop.services.db, `sale:${sale.saleId}`);
    expect(entry).toMatchObject({
      ...{
        action: 'sale.create',
        actor_id: shop.operator.id,
        reason: 'autumn',
        request_id: 'made-it',
        before: null,
      },
      after: { name: 'Night run', stock: 5 },
    });
    const [shopper] = await givenShoppers(shop.services.db, 1);
    for (const api of shop.apis) {
      expect(await api.saleStatus(sale.saleId)).toBeNull();
      const { body } = await api.send('/api/flash-sale');
      expect((body as { sales: SaleStatusBody[] }).sales.map(({ saleId }) => saleId)).not.toContain(
        sale.saleId,
      );
      expect((await api.attempt(shopper!, { saleId: sale.saleId })).problem.code).toBe('sale_not_found');
    }
    expect((await shop.operator.post(`/sales/${sale.saleId}/pause`)).problem.code).toBe('sale_not_published');
  });

  it('is seen by every process once it is published, and sells', async () => {
    const { saleId } = await makeDraft();
    const published = await shop.operator.post(`/sales/${saleId}/publish`);
    expect(saleOf(published)).toMatchObject({ state: 'active', version: 2 });
    const [shopper] = await givenShoppers(shop.services.db, 1);
    for (const api of shop.apis) {
      const status = await until(() => api.saleStatus(saleId), { what: 'the process shows the sale' });
      expect(status).toMatchObject({ state: 'open', stock: { remaining: 5 } });
    }
    expect((await shop.apis[1].attempt(shopper!, { saleId })).status).toBe(202);
    expect(saleOf(await shop.operator.post(`/sales/${saleId}/publish`)).version).toBe(2);
  });

  it('is not published when it would have ended', async () => {
    const { saleId } = await makeDraft({ startsAt: inSec(-60), endsAt: inSec(-1) });
    expect((await shop.operator.post(`/sales/${saleId}/publish`)).problem.code).toBe('sale_ended');
  });

  it('is made like another sale, at another time', async () => {
    const like = await makePublished({ perShopperLimit: 3 });
    const wanted = { startsAt: inSec(7_200), endsAt: inSec(9_000), stock: 9 };
    const clone = saleOf(await shop.operator.post(`/sales/${like.saleId}/clone`, wanted));
    expect(clone).toMatchObject({
      ...wanted,
      stock: { total: 9, sold: 0 },
      state: 'draft',
      perShopperLimit: 3,
    });
    expect(clone.saleId).not.toBe(like.saleId);
    expect((await shop.operator.post(`/sales/${randomUUID()}/clone`, wanted)).problem.code).toBe(
      'sale_not_found',
    );
  });

  it.each([
    [{ endsAt: '2020-01-01T00:00:00Z' }, 'endsAt'],
    [{ startsAt: '-220222-07-02T09:28:25Z' }, 'startsAt'],
    [{ endsAt: '+189824-10-17T05:47:59Z' }, 'endsAt'],
    [{ stock: -1 }, 'stock'],
    [{ stock: '5' }, 'stock'],
    [{ perShopperLimit: 0 }, 'perShopperLimit'],
    [{ productId: '00000000-0000-4000-8000-000000000000' }, 'productId'],
    [{ state: 'active' }, 'state'],
    [{ name: '  ' }, 'name'],
  ])('is refused with %j', async (wrong, field) => {
    const { status, problem } = await shop.operator.post('/sales', aSale(wrong));
    expect({ status, fields: problem.errors?.map((error) => error.field) }).toEqual({
      status: 400,
      fields: [field],
    });
  });
});

describe('an edit', () => {
  it('needs the version it was made from, and loses against one that was faster', async () => {
    const { saleId } = await makeDraft();
    const path = `/sales/${saleId}`;
    expect((await shop.operator.patch(path, null, { name: 'A' })).problem).toMatchObject({
      ...{ status: 428, code: 'precondition_required' },
    });
    const answers = await Promise.all(['A', 'B'].map((name) => shop.operator.patch(path, 1, { name })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    const now = await shop.operator.get(path);
    expect(now.headers.etag).toBe('"v2"');
    expect((await shop.operator.patch(path, 2, { name: 'C' }, { 'If-Match': '*' })).status).toBe(412);
    const edits = (await auditOf(shop.services.db, `sale:${saleId}`)).filter(
      ({ action }) => action === 'sale.edit',
    );
    expect(edits).toMatchObject([{ before: { name: 'Night run' }, after: { name: saleOf(now).name } }]);
  });

  it('of a sale to come is in force at its gate and on every page', async () => {
    const sale = await makePublished({ startsAt: inSec(600) });
    const startsAt = inSec(1_200);
    const edited = await shop.operator.patch(`/sales/${sale.saleId}`, 2, {
      startsAt,
      name: 'Later',
      perShopperLimit: 4,
    });
    expect(edited.status).toBe(200);
    const gate = await shop.services.redis.hgetall(saleKeys(sale.saleId).gate);
    expect(gate).toMatchObject({ startsAt: String(Date.parse(startsAt)), limit: '4', saleVersion: '3' });
    for (const api of shop.apis) {
      const isShown = async () => (await api.saleStatus(sale.saleId))?.name === 'Later';
      await until(isShown, { timeoutMs: 5_000, what: 'the page shows the edit' });
    }
  });

  it.each([
    ['open', { startsAt: inSec(-5) }],
    ['about to open', { startsAt: inSec(5) }],
  ])('of a sale that is %s is refused', async (_state, when) => {
    const sale = await makePublished(when);
    const answer = await shop.operator.patch(`/sales/${sale.saleId}`, 2, { endsAt: inSec(9_000) });
    expect(answer.problem.code).toBe('sale_not_editable');
  });

  it('of a sale to come does not open it at once', async () => {
    const sale = await makePublished({ startsAt: inSec(600) });
    const answer = await shop.operator.patch(`/sales/${sale.saleId}`, 2, { startsAt: inSec(-1) });
    expect(answer.problem.errors).toMatchObject([{ field: 'startsAt' }]);
  });
});

describe('an open sale', () => {
  it('is paused and goes on, on every process at once', async () => {
    const { saleId } = await makePublished();
    const shoppers = await givenShoppers(shop.services.db, 4);
    const tryOn = async (api: TestApi) => (await api.attempt(shoppers.pop()!, { saleId })).status;
    expect(saleOf(await shop.operator.post(`/sales/${saleId}/pause`, { reason: 'wait' })).state).toBe(
      'paused',
    );
    expect(await Promise.all(shop.apis.map(tryOn))).toEqual([409, 409]);
    expect(saleOf(await shop.operator.post(`/sales/${saleId}/resume`)).state).toBe('active');
    expect(await Promise.all(shop.apis.map(tryOn))).toEqual([202, 202]);
  });

  it('is stopped by whoever types its name, for good', async () => {
    const { saleId } = await makePublished();
    const stop = (body: object) => shop.operator.post(`/sales/${saleId}/stop`, body);
    for (const confirm of [undefined, 'night run', '']) {
      const { problem } = await stop({ reason: 'recall', confirm });
      expect(problem).toMatchObject({ status: 400, errors: [{ field: 'confirm' }] });
    }
    expect((await stop({ confirm: 'Night run' })).problem.errors).toMatchObject([{ field: 'reason' }]);
    expect(saleOf(await stop({ reason: 'recall', confirm: 'Night run' })).state).toBe('stopped');
    expect((await shop.operator.post(`/sales/${saleId}/resume`)).problem.code).toBe('sale_stopped');
    const entry = (await auditOf(shop.services.db, `sale:${saleId}`)).at(-1);
    expect(entry).toMatchObject({ action: 'sale.stop', reason: 'recall', before: { state: 'active' } });
  });
});

describe('an idempotency key', () => {
  const key = (name: string) => ({ 'Idempotency-Key': name });

  it('makes one change of many repeats, also of those that are sent at once', async () => {
    const sent = aSale();
    const answers = await Promise.all(
      [0, 1, 2, 3].map((n) =>
        givenAt(shop.apis[n % 2]!).then(({ post }) => post('/sales', sent, key('autumn'))),
      ),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 201, headers: { etag: '"v1"' } });
    const rows = await shop.services.db('flash_sales').where({ product_id: productId });
    expect(rows).toHaveLength(1);
  });

  it('used for something else is refused, and is free again after a refusal', async () => {
    expect((await shop.operator.post('/sales', aSale({ productId: randomUUID() }), key('k1'))).status).toBe(
      400,
    );
    const made = await shop.operator.post('/sales', aSale(), key('k1'));
    expect(made.status).toBe(201);
    const other = await shop.operator.post('/sales', aSale({ stock: 6 }), key('k1'));
    expect(other.problem).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
    const elsewhere = await shop.operator.post(`/sales/${saleOf(made).saleId}/publish`, {}, key('k1'));
    expect(elsewhere.status).toBe(422);
    const another = await givenOperator(shop.apis[0], shop.services.db);
    expect((await another.post('/sales', aSale(), key('k1'))).status).toBe(201);
    expect((await shop.operator.post('/sales', aSale(), key('ü'))).status).toBe(400);
  });

  it('of a pause repeats its answer, and does not pause again what went on', async () => {
    const { saleId } = await makePublished();
    const pause = () => shop.operator.post(`/sales/${saleId}/pause`, {}, key(saleId));
    const first = await pause();
    await shop.operator.post(`/sales/${saleId}/resume`);
    expect((await pause()).text).toBe(first.text);
    expect(await shop.services.redis.hget(saleKeys(saleId).gate, 'state')).toBe('active');
    expect((await shop.apis[0].saleStatus(saleId))?.state).toBe('open');
  });

  /** The same shop.operator, asking another process. */
  const givenAt = async (api: TestApi): Promise<Pick<TestOperator, 'post'>> => ({
    post: (path, body, headers = {}) => asOperator(api, path, body, headers),
  });
  const asOperator = async (api: TestApi, path: string, body: unknown, headers: Record<string, string>) => {
    const Authorization = tokenOf(shop.operator.id, { role: 'operator' });
    const all = { Authorization, 'Content-Type': 'application/json', ...headers };
    return api.send(`/api/admin${path}`, { method: 'POST', body, headers: all });
  };
});
