import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SaleStatusBody } from './contracts/http.ts';
import type { OperatorSaleBody } from './contracts/operator-http.ts';
import { dropCachedSale } from './features/sale/sale-catalogue.ts';
import { CHANNELS, saleKeys } from './infrastructure/redis/keys.ts';
import { startTestApi, type Answer, type TestApi } from './testing/test-api.ts';
import { auditOf, givenOperator, type TestOperator } from './testing/test-operator.ts';
import { givenSale } from './testing/test-sale.ts';
import { startTestServices, type TestServices } from './testing/test-services.ts';
import { until } from './testing/until.ts';

let services: TestServices;
/** Two API processes' compositions over one Redis and one PostgreSQL. */
let apis: [TestApi, TestApi];
let operator: TestOperator;
beforeAll(async () => {
  services = await startTestServices();
  apis = [await startTestApi(services), await startTestApi(services)];
  operator = await givenOperator(apis[0], services.db);
});
afterAll(async () => {
  for (const api of apis) await api.close();
  await services.close();
});

const saleOf = ({ body }: Answer) => body as OperatorSaleBody;

describe('a message to shoppers', () => {
  const messageOn = async (api: TestApi, saleId: string) => (await api.saleStatus(saleId))?.message;
  const untilTold = (saleId: string, message: string | undefined) =>
    Promise.all(
      apis.map((api) =>
        until(async () => (await messageOn(api, saleId)) === message, { what: 'every process tells it' }),
      ),
    );

  it('is told by every process, and by none once it is taken off', async () => {
    const { saleId } = await givenSale(services);
    const before = await apis[1].send(`/api/flash-sale/status?saleId=${saleId}`);
    expect(before.body).not.toHaveProperty('message');
    const message = 'Parcels leave on Monday.';
    const told = await operator.post(`/sales/${saleId}/message`, {
      ...{ message: ` ${message} `, reason: 'asked often' },
    });
    expect(saleOf(told)).toMatchObject({ message, version: 2 });
    await untilTold(saleId, message);
    const after = await apis[1].send(`/api/flash-sale/status?saleId=${saleId}`);
    expect(after.headers.etag).not.toBe(before.headers.etag);
    expect(saleOf(await operator.post(`/sales/${saleId}/message`, { message: '' }))).not.toHaveProperty(
      'message',
    );
    await untilTold(saleId, undefined);
    const log = (await auditOf(services.db, `sale:${saleId}`)).filter(
      ({ action }) => action === 'sale.message',
    );
    expect(log).toMatchObject([
      { reason: 'asked often', actor_id: operator.id, before: { message: '' }, after: { message } },
      { before: { message }, after: { message: '' } },
    ]);
  });

  it('is news to a page that knows the gate’s version already', async () => {
    const { saleId } = await givenSale(services);
    const path = `/api/flash-sale/status?saleId=${saleId}`;
    const known = await apis[0].send(path);
    // As on a process that read the changed gate before it heard that the details changed too.
    await services.db('flash_sales').where({ id: saleId }).update({ message: 'Soon.', version: 3 });
    await dropCachedSale(services.redis, saleId);
    await services.redis.publish(CHANNELS.saleChanged, saleId);
    await untilTold(saleId, 'Soon.');
    const again = await apis[0].send(path, { headers: { 'If-None-Match': String(known.headers.etag) } });
    expect(again.status).toBe(200);
    expect((again.body as SaleStatusBody).seq).toBe((known.body as SaleStatusBody).seq);
  });

  it('stays when the gate is rebuilt, and changes nothing of who may buy', async () => {
    const { saleId } = await givenSale(services);
    await operator.post(`/sales/${saleId}/pause`);
    await operator.post(`/sales/${saleId}/message`, { message: 'Back at nine.' });
    await services.redis.del(saleKeys(saleId).gate);
    await until(async () => (await apis[0].saleStatus(saleId))?.message === 'Back at nine.', {
      what: 'a process without a gate to read tells it',
    });
    expect((await apis[0].saleStatus(saleId))?.state).toBe('paused');
  });

  it.each([
    [{ message: 'x'.repeat(281) }, 'message'],
    [{ message: 7 }, 'message'],
    [{ message: 'a\u0000b' }, 'message'],
    [{}, 'message'],
    [{ message: 'x', colour: 'red' }, 'colour'],
  ])('is refused with %j', async (body, field) => {
    const { saleId } = await givenSale(services);
    const { status, problem } = await operator.post(`/sales/${saleId}/message`, body);
    expect({ status, errors: problem.errors }).toMatchObject({ status: 400, errors: [{ field }] });
  });

  it('is for a sale that shoppers can see', async () => {
    const { saleId } = await givenSale(services);
    await services.db('flash_sales').where({ id: saleId }).update({ state: 'draft' });
    const { problem } = await operator.post(`/sales/${saleId}/message`, { message: 'soon' });
    expect(problem.code).toBe('sale_not_published');
  });

  it('sent again with its key is told once', async () => {
    const { saleId } = await givenSale(services);
    const key = { 'Idempotency-Key': `message-${saleId}` };
    const first = await operator.post(`/sales/${saleId}/message`, { message: 'one' }, key);
    await operator.post(`/sales/${saleId}/message`, { message: 'two' });
    expect((await operator.post(`/sales/${saleId}/message`, { message: 'one' }, key)).text).toBe(first.text);
    await untilTold(saleId, 'two');
  });
});
