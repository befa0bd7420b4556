import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../testing/until.ts';
import { drainHttp } from './drain-http.ts';

let server: Server;
let isStopping: boolean;
const clients: Socket[] = [];
beforeEach(async () => {
  isStopping = false;
  server = createServer((_req, res) => {
    if (isStopping) res.setHeader('Connection', 'close');
    res.end('served');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  clients.splice(0).forEach((client) => client.destroy());
  server.closeAllConnections();
  server.close();
});

const REQUEST = 'GET / HTTP/1.1\r\nHost: shop\r\n\r\n';

async function openClient() {
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  clients.push(client);
  let heard = '';
  let ended = false;
  client.on('data', (bytes: Buffer) => (heard += bytes.toString()));
  client.on('error', () => undefined);
  client.once('close', () => (ended = true));
  await once(client, 'connect');
  return {
    answers: () => heard.split('served').length - 1,
    heard: () => heard,
    hasEnded: () => ended,
    ask: () => client.write(REQUEST),
  };
}

describe('a server that is drained', () => {
  it('answers a connection that was idle when it began, and ends it with that answer', async () => {
    const client = await openClient();
    client.ask();
    await until(() => client.answers() === 1, { what: 'the first answer' });
    isStopping = true;
    const drained = drainHttp(server, { withinMs: 20_000 });
    client.ask();
    await drained;
    expect(client.answers()).toBe(2);
    expect(client.heard()).toMatch(/Connection: close/);
    await until(client.hasEnded, { what: 'the connection ends' });
  });

  it('takes nobody new, and waits for a silent connection no longer than told', async () => {
    const client = await openClient();
    const { port } = server.address() as AddressInfo;
    await drainHttp(server, { withinMs: 50 });
    expect(client.hasEnded()).toBe(false);
    const late = connect(port, '127.0.0.1');
    await expect(once(late, 'connect')).rejects.toThrow('ECONNREFUSED');
  });
});
