import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createServer, ServerResponse, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setImmediate as aTurn } from 'node:timers/promises';
import type { Refusal } from '../../errors/refusal.ts';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { markTrace, type OpenTrace } from '../../infrastructure/tracing/begin-trace.ts';
import type { Lane } from '../../middleware/hot-lane.ts';
import { anIdentity } from '../../testing/an-identity.ts';
import { createAttemptLane, type AttemptLaneDeps } from './attempt.lane.ts';
import type { Purchase } from './purchase.service.ts';

const SALE_ID = '0b7f9d3e-9a4c-4a0e-8f67-2f8d2f1c9b10';

/** Whoever names himself is known; nobody has to wait. */
const open: Omit<AttemptLaneDeps, 'catalogue' | 'purchase'> = {
  authenticate: (given) =>
    given === undefined
      ? { ok: false, refusal: { code: 'unauthenticated' } }
      : { ok: true, identity: anIdentity({ userId: given }) },
  addressLimit: { take: () => ({ ok: true }), size: 0 },
  clientAddress: () => '',
  blockPace: { refuse: () => null, size: 0 },
  acceptTook: () => undefined,
  logger: silentLogger,
};

describe('a further check in the path of an attempt', () => {
  const asked: string[] = [];
  const purchase = jest.fn();
  let answer: Refusal | null = null;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    const lane = createAttemptLane({
      ...open,
      furtherCheck: ({ shopperId, req }) => {
        asked.push(`${shopperId} ${String(req.headers['x-proof'])}`);
        return answer;
      },
      catalogue: { peek: () => undefined, find: () => Promise.resolve(null) } as never,
      purchase,
    });
    server = createServer(lane);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  const attempt = async (headers: Record<string, string>) =>
    (
      await fetch(url, {
        method: 'POST',
        body: JSON.stringify({ saleId: SALE_ID }),
        headers: { 'Content-Type': 'application/json', ...headers },
      })
    ).status;

  it('comes after the shopper is known and before the sale is looked up', async () => {
    expect(await attempt({})).toBe(401);
    expect(asked).toEqual([]);
    answer = { code: 'forbidden' };
    expect(await attempt({ Authorization: 'ada', 'X-Proof': 'none' })).toBe(403);
    answer = null;
    expect(await attempt({ Authorization: 'ada', 'X-Proof': 'of work' })).toBe(404);
    expect(asked).toEqual(['ada none', 'ada of work']);
    expect(purchase).not.toHaveBeenCalled();
  });
});

/** Of a request whose body is there with its head. */
function arrive(lane: Lane, authorization: string | undefined, body: object): ServerResponse {
  const headers = { 'content-type': 'application/json', authorization };
  const req = Object.assign(Readable.from([Buffer.from(JSON.stringify(body))]), { method: 'POST', headers });
  const res = new ServerResponse(req as unknown as IncomingMessage);
  lane(res.req, res);
  return res;
}

describe('attempts that are read in the same turns', () => {
  const purchase = jest.fn<Purchase>();
  const lane = createAttemptLane({
    ...open,
    catalogue: { peek: () => ({ saleId: SALE_ID }) } as never,
    purchase,
  });

  it('go on together in order of arrival, without those who were refused on the way', async () => {
    const responses = [
      arrive(lane, 'ada', { saleId: SALE_ID }),
      arrive(lane, undefined, { saleId: SALE_ID }),
      arrive(lane, 'bob', { saleId: SALE_ID, quantity: 2 }),
      arrive(lane, 'eve', { saleId: SALE_ID, quantity: 0 }),
      arrive(lane, 'joe', { saleId: SALE_ID }),
    ];
    while (purchase.mock.calls.length === 0) await aTurn();
    expect(purchase).toHaveBeenCalledTimes(1);
    const asked = purchase.mock.calls[0]?.[0] ?? [];
    expect(asked.map(({ attempt }) => [attempt.shopperId, attempt.quantity])).toEqual([
      ['ada', 1],
      ['bob', 2],
      ['joe', 1],
    ]);
    asked.forEach(({ answer }) => answer({ kind: 'refused', refusal: { code: 'sold_out' } }));
    expect(responses.map(({ statusCode }) => statusCode)).toEqual([409, 401, 409, 400, 409]);
  });
});

describe('attempts at sales that the process has not heard of', () => {
  const OTHER_SALE_ID = '5d0c1a52-30a7-4a43-9d13-8a4d1f9c6a77';
  const purchase = jest.fn<Purchase>();
  const find = jest.fn<(saleId: string) => Promise<{ saleId: string } | null>>();
  const warn = jest.fn();
  const lane = createAttemptLane({
    ...open,
    catalogue: { peek: () => undefined, find } as never,
    purchase,
    logger: { ...silentLogger, warn },
  });
  const arriveAll = () => [
    arrive(lane, 'ada', { saleId: SALE_ID }),
    arrive(lane, 'bob', { saleId: OTHER_SALE_ID }),
    arrive(lane, 'joe', { saleId: SALE_ID }),
  ];
  const untilAnswered = async (responses: readonly ServerResponse[]): Promise<number[]> => {
    while (responses.some(({ writableEnded }) => !writableEnded)) await aTurn();
    return responses.map(({ statusCode }) => statusCode);
  };
  beforeEach(() => {
    jest.resetAllMocks();
  });

  it('are looked up once a sale and asked together, not one by one', async () => {
    find.mockImplementation((saleId) => Promise.resolve({ saleId }));
    arriveAll();
    while (purchase.mock.calls.length < 2) await aTurn();
    expect(find.mock.calls).toEqual([[SALE_ID], [OTHER_SALE_ID]]);
    const asked = purchase.mock.calls.map(([all]) => all.map(({ attempt }) => attempt.shopperId));
    expect(asked).toEqual([['ada', 'joe'], ['bob']]);
  });

  it('are all refused when there is no such sale, each by its own', async () => {
    find.mockImplementation((saleId) => Promise.resolve(saleId === SALE_ID ? null : { saleId }));
    purchase.mockImplementation((asked) =>
      asked.forEach(({ answer }) => answer({ kind: 'refused', refusal: { code: 'sold_out' } })),
    );
    expect(await untilAnswered(arriveAll())).toEqual([404, 409, 404]);
  });

  it('are all told to come again when nobody knows, in a line that names requests and trace', async () => {
    find.mockRejectedValue(new Error('no connection'));
    const responses = arriveAll();
    responses.forEach((res, index) => res.setHeader('X-Request-Id', `id-${index}`));
    const [trace_id, span_id] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
    markTrace(responses[2]!, { traceparent: `00-${trace_id}-${span_id}-01` } as OpenTrace);
    expect(await untilAnswered(responses)).toEqual([503, 503, 503]);
    const told = { error: 'Error: no connection' };
    expect(warn.mock.calls).toEqual([
      [
        'the sale could not be looked up',
        { ...told, saleId: SALE_ID, attempts: 2, requestIds: ['id-0', 'id-2'], trace_id, span_id },
      ],
      [
        'the sale could not be looked up',
        { ...told, saleId: OTHER_SALE_ID, attempts: 1, requestIds: ['id-1'] },
      ],
    ]);
  });
});
