import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAccessTokens } from '../../../src/features/account/access-token.ts';
import type { SaleDetails } from '../../../src/features/sale/sale.model.ts';
import { silentLogger } from '../../../src/infrastructure/logging/logger.ts';
import { createSettleQueue, type SettleQueue } from '../../../src/infrastructure/queue/settle-queue.ts';
import { givenSale, givenShoppers } from '../../../src/testing/test-sale.ts';
import { startTestServices, type TestServices } from '../../../src/testing/test-services.ts';
import { until } from '../../../src/testing/until.ts';
import { createNaiveApp, type NaiveJob } from './app.ts';
import { keysOf, openGate } from './gate.ts';
import { createSettleEach } from './settle-each.ts';

const tokens = createAccessTokens({ secret: 'a secret of the tests, long enough' });

describe('the naive baseline', () => {
  let services: TestServices;
  let adding: SettleQueue<NaiveJob>;
  let working: SettleQueue<NaiveJob>;
  let server: Server;
  let sale: SaleDetails;
  beforeAll(async () => {
    services = await startTestServices();
    const { db, redis, redisUrl: url } = services;
    adding = await createSettleQueue<NaiveJob>({ url, role: 'add', logger: silentLogger });
    working = await createSettleQueue<NaiveJob>({ url, role: 'work', logger: silentLogger });
    working.process(4, createSettleEach({ db, redis, clock: Date, logger: silentLogger }));
    server = createServer(createNaiveApp({ tokens, redis, queue: adding })).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await Promise.all([adding.close(), working.close()]);
    await services.close();
  });

  const openSale = async (stock: number): Promise<void> => {
    sale = await givenSale(services, { stock });
    await openGate(services.redis, sale);
  };
  const buy = async (shopperId: string, key: string, body: object = { saleId: sale.saleId }) => {
    const { accessToken } = tokens.issue({ id: shopperId, role: 'shopper' });
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/api/purchase/attempt`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${accessToken}`,
        'idempotency-key': key,
      },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const untilSettled = (count: number) =>
    until(async () => Number(await services.redis.hget(keysOf(sale.saleId).sale, 'settled')) === count, {
      what: 'everything is settled',
    });

  it('sells exactly the units that exist to a crowd that wants more', async () => {
    await openSale(10);
    const shoppers = await givenShoppers(services.db, 60);
    const answers = await Promise.all(shoppers.map((shopper) => buy(shopper, 'once')));
    const accepted = answers.filter(({ status }) => status === 202);
    expect(accepted).toHaveLength(10);
    expect(answers.filter(({ status, body }) => status === 409 && body.code === 'sold_out')).toHaveLength(50);
    await untilSettled(10);
    const rows = await services.db<{ id: string; outcome: string }>('purchase_attempts').where({
      sale_id: sale.saleId,
    } as object);
    expect(rows.map(({ id }) => id).sort()).toEqual(accepted.map(({ body }) => body.attemptId).sort());
    expect(rows.every(({ outcome }) => outcome === 'confirmed')).toBe(true);
  });

  it('answers as ours does: the same attempt again, the limit, a reused key, nonsense', async () => {
    await openSale(10);
    const [shopper] = await givenShoppers(services.db, 1);
    const first = await buy(shopper!, 'k');
    expect(first).toMatchObject({ status: 202, body: { status: 'queued', quantity: 1, position: 1 } });
    expect((await buy(shopper!, 'k')).body.attemptId).toBe(first.body.attemptId);
    expect((await buy(shopper!, 'another')).body.code).toBe('limit_reached');
    expect((await buy(shopper!, 'k', { saleId: sale.saleId, quantity: 2 })).status).toBe(422);
    expect((await buy(shopper!, 'x', { saleId: 'none' })).status).toBe(400);
    await untilSettled(1);
  });
});
