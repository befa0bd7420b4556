import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { commonHeadOf, fixHeaders, markLane, requestIdOf, sendWhole } from './send-whole.ts';

const KEEP_ALIVE_SEC = 7;
const COMMON: [string, string][] = [
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
];
const HEADERS = fixHeaders({
  'Content-Type': 'application/json; charset=utf-8',
  'Cache-Control': 'no-store',
});

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

/**
 * A server that answers `/lane` as a response of the hot lane and anything else as Express' would be.
 *
 * @returns sends raw requests on one connection; the bytes that came back, a character each
 */
async function start(
  answer: (res: ServerResponse) => void,
  { setBefore }: { setBefore?: [string, string] } = {},
) {
  const told: (string | undefined)[] = [];
  const common = commonHeadOf(COMMON, KEEP_ALIVE_SEC);
  const server = createServer((req, res) => {
    if (setBefore) res.setHeader(...setBefore);
    if (req.url === '/lane') {
      function answered(this: ServerResponse): void {
        told.push(`${this.statusCode} ${requestIdOf(this)}`);
      }
      markLane(res, { requestId: 'id-1', common, answered });
    } else {
      res.setHeader('X-Request-Id', 'id-1');
      for (const [name, value] of COMMON) res.setHeader(name, value);
    }
    answer(res);
  });
  server.keepAliveTimeout = KEEP_ALIVE_SEC * 1000;
  Object.assign(server, { httpAllowHalfOpen: true }); // answers all it was asked when a client says no more
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const send = async (requests: string): Promise<string> => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
    const ended = once(socket, 'close');
    socket.end(requests);
    await ended;
    return received.replace(/^Date: .{29}\r$/gm, 'Date: some\r');
  };
  return { send, told };
}

const get = (path: string, { version = '1.1', headers = '' } = {}): string =>
  `GET ${path} HTTP/${version}\r\nHost: shop.example\r\n${headers}\r\n`;

describe('an answer of the hot lane', () => {
  it.each<[string, number, string | Buffer | undefined]>([
    ['text', 409, '{"code":"sold_out"}'],
    ['text beyond ASCII', 200, '{"name":"Señor 🦬"}'],
    ['bytes', 200, Buffer.from('{"name":"Señor 🦬"}')],
    ['nothing', 304, undefined],
    ['an empty text', 200, ''],
  ])('has the bytes that Node writes: %s', async (_what, status, body) => {
    const { send } = await start((res) =>
      sendWhole(res, { status, fixed: HEADERS, own: { ETag: '"1"' }, body }),
    );
    const byNode = await send(get('/'));
    expect(byNode).toContain(`HTTP/1.1 ${status} `);
    expect(byNode).toContain(`\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${KEEP_ALIVE_SEC}\r\n\r\n`);
    if (body !== undefined) expect(byNode).toContain(Buffer.from(body).toString('latin1'));
    expect(await send(get('/lane'))).toBe(byNode);
  });

  it.each([
    ['that is to end the connection', { headers: 'Connection: close\r\n' }, 'close'],
    ['of HTTP/1.0', { version: '1.0' }, 'close'],
    ['of HTTP/1.0 that keeps it', { version: '1.0', headers: 'Connection: keep-alive\r\n' }, 'keep-alive'],
  ])('has them for a request %s', async (_what, request, connection) => {
    const { send } = await start((res) => sendWhole(res, { status: 200, fixed: HEADERS, body: '{}' }));
    const byNode = await send(get('/', request));
    expect(byNode).toContain(`\r\nConnection: ${connection}\r\n`);
    const byLane = await send(get('/lane', request));
    expect(byLane.split('\r\n').sort()).toEqual(byNode.split('\r\n').sort());
  });

  it('has a header that was set before', async () => {
    const { send } = await start((res) => sendWhole(res, { status: 200, fixed: HEADERS, body: '{}' }), {
      setBefore: ['Vary', 'Origin'],
    });
    expect(await send(get('/lane'))).toBe(await send(get('/')));
    expect(await send(get('/lane'))).toContain('\r\nVary: Origin\r\n');
  });

  it('waits for the answers before it on its connection', async () => {
    let count = 0;
    const { send } = await start((res) => {
      const nth = (count += 1);
      const delayMs = nth === 1 ? 30 : 0;
      setTimeout(() => sendWhole(res, { status: 200, fixed: HEADERS, body: `{"nth":${nth}}` }), delayMs);
    });
    const received = await send(get('/lane') + get('/lane') + get('/'));
    expect(received.match(/\{"nth":\d\}/g)).toEqual(['{"nth":1}', '{"nth":2}', '{"nth":3}']);
    expect(received.match(/HTTP\/1\.1 200 OK\r/g)).toHaveLength(3);
  });

  it('is told of once, with its status and its request id', async () => {
    const { send, told } = await start((res) => sendWhole(res, { status: 409, fixed: HEADERS, body: '{}' }));
    await send(get('/lane') + get('/') + get('/lane', { headers: 'Connection: close\r\n' }));
    expect(told).toEqual(['409 id-1', '409 id-1']);
  });
});
