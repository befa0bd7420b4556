import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SaleStatusBody } from './contracts/http.ts';
import type { OperatorSaleBody } from './contracts/operator-http.ts';
import { dropCachedSale } from './features/sale/sale-catalogue.ts';
import { CHANNELS, saleKeys } from './infrastructure/redis/keys.ts';
import type { Answer, TestApi } from './testing/test-api.ts';
import { auditOf } from './testing/test-operator.ts';
import { givenSale } from './testing/test-sale.ts';
import { startTestProcesses, type TestProcesses } from './testing/test-processes.ts';
import { until } from './testing/until.ts';

let shop: TestProcesses;
beforeAll(async () => {
  shop = await startTestProcesses();
});
afterAll(() => shop.close());

const saleOf = ({ body }: Answer) => body as OperatorSaleBody;

describe('a message to shoppers', () => {
  const messageOn = async (api: TestApi, saleId: string) => (await api.saleStatus(saleId))?.message;
  const untilTold = (saleId: string, message: string | undefined) =>
    Promise.all(
      shop.apis.map((api) =>
        until(async () => (await messageOn(api, saleId)) === message, { what: 'every process tells it' }),
      ),
    );

  it('is told by every process, and by none once it is taken off', async () => {
    const { saleId } = await givenSale(shop.services);
    const before = await shop.apis[1].send(`/api/flash-sale/status?saleId=${saleId}`);
    expect(before.body).not.toHaveProperty('message');
    const message = 'Parcels leave on Monday.';
    const told = await shop.operator.post(`/sales/${saleId}/message`, {
      ...{ message: ` ${message} `, reason: 'asked often' },
    });
    expect(saleOf(told)).toMatchObject({ message, version: 2 });
    await untilTold(saleId, message);
    const after = await shop.apis[1].send(`/api/flash-sale/status?saleId=${saleId}`);
    expect(after.headers.etag).not.toBe(before.headers.etag);
    expect(saleOf(await shop.operator.post(`/sales/${saleId}/message`, { message: '' }))).not.toHaveProperty(
      'message',
    );
    await untilTold(saleId, undefined);
    const log = (await auditOf(shop.services.db, `sale:${saleId}`)).filter(
      ({ action }) => action === 'sale.message',
    );
    expect(log).toMatchObject([
      { reason: 'asked often', actor_id: shop.operator.id, before: { message: '' }, after: { message } },
      { before: { message }, after: { message: '' } },
    ]);
  });

  it('is news to a page that knows the gate’s version already', async () => {
    const { saleId } = await givenSale(shop.services);
    const path = `/api/flash-sale/status?saleId=${saleId}`;
    const known = await shop.apis[0].send(path);
    // As on a process that read the changed gate before it heard that the details changed too.
    await shop.services.db('flash_sales').where({ id: saleId }).update({ message: 'Soon.', version: 3 });
    await dropCachedSale(shop.services.redis, saleId);
    await shop.services.redis.publish(CHANNELS.saleChanged, saleId);
    await untilTold(saleId, 'Soon.');
    const again = await shop.apis[0].send(path, { headers: { 'If-None-Match': String(known.headers.etag) } });
    expect(again.status).toBe(200);
    expect((again.body as SaleStatusBody).seq).toBe((known.body as SaleStatusBody).seq);
  });

  it('stays when the gate is rebuilt, and changes nothing of who may buy', async () => {
    const { saleId } = await givenSale(shop.services);
    await shop.operator.post(`/sales/${saleId}/pause`);
    await shop.operator.post(`/sales/${saleId}/message`, { message: 'Back at nine.' });
    await shop.services.redis.del(saleKeys(saleId).gate);
    await until(async () => (await shop.apis[0].saleStatus(saleId))?.message === 'Back at nine.', {
      what: 'a process without a gate to read tells it',
    });
    expect((await shop.apis[0].saleStatus(saleId))?.state).toBe('paused');
  });

  it.each([
    [{ message: 'x'.repeat(281) }, 'message'],
    [{ message: 7 }, 'message'],
    [{ message: 'a\u0000b' }, 'message'],
    [{}, 'message'],
    [{ message: 'x', colour: 'red' }, 'colour'],
  ])('is refused with %j', async (body, field) => {
    const { saleId } = await givenSale(shop.services);
    const { status, problem } = await shop.operator.post(`/sales/${saleId}/message`, body);
    expect({ status, errors: problem.errors }).toMatchObject({ status: 400, errors: [{ field }] });
  });

  it('is for a sale that shoppers can see', async () => {
    const { saleId } = await givenSale(shop.services);
    await shop.services.db('flash_sales').where({ id: saleId }).update({ state: 'draft' });
    const { problem } = await shop.operator.post(`/sales/${saleId}/message`, { message: 'soon' });
    expect(problem.code).toBe('sale_not_published');
  });

  it('sent again with its key is told once', async () => {
    const { saleId } = await givenSale(shop.services);
    const key = { 'Idempotency-Key': `message-${saleId}` };
    const first = await shop.operator.post(`/sales/${saleId}/message`, { message: 'one' }, key);
    await shop.operator.post(`/sales/${saleId}/message`, { message: 'two' });
    expect((await shop.operator.post(`/sales/${saleId}/message`, { message: 'one' }, key)).text).toBe(
      first.text,
    );
    await untilTold(saleId, 'two');
  });
});
