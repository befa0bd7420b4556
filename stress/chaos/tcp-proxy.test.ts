import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../../src/testing/until.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let server: Server;
let proxy: TcpProxy;
let received: string;
const sockets = new Set<Socket>();

/** Answers whatever it gets with the same, in capitals. */
beforeEach(async () => {
  received = '';
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString();
      socket.write(bytes.toString().toUpperCase());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await startTcpProxy({
    targetPort: (server.address() as AddressInfo).port,
    random: () => 0.5,
  });
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await proxy.close();
  server.close();
});

interface Client {
  socket: Socket;
  heard(): string;
  /** Why it ended: '' is a FIN. */
  ended(): string | undefined;
}

async function openClient(): Promise<Client> {
  const socket = connect(proxy.port, '127.0.0.1');
  sockets.add(socket);
  let heard = '';
  let reason = '';
  let ended: string | undefined;
  socket.on('data', (bytes: Buffer) => (heard += bytes.toString()));
  socket.on('error', (error: NodeJS.ErrnoException) => (reason = error.code ?? ''));
  socket.once('close', () => (ended = reason));
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => undefined);
  return { socket, heard: () => heard, ended: () => ended };
}

const hears = (client: Client, what: string) => until(() => client.heard() === what, { what: `"${what}"` });
const ends = (client: Client, why: string) => until(() => client.ended() === why, { what: 'it ends' });

async function openAndGreet(name = ''): Promise<Client> {
  const client = await openClient();
  const greeting = name === '' ? 'hello' : `application_name\0${name}\0`;
  client.socket.write(greeting);
  await hears(client, greeting.toUpperCase());
  return client;
}

describe('a line without a fault', () => {
  it('passes everything on, and its end', async () => {
    const client = await openAndGreet();
    for (const socket of sockets) if (socket !== client.socket) socket.end();
    await ends(client, '');
  });
});

describe('a slow line', () => {
  it('delivers late, everything and in order', async () => {
    const client = await openAndGreet();
    proxy.set({ kind: 'slow', ms: 60, jitterMs: 40, way: 'to-client' });
    const sentAt = performance.now();
    client.socket.write('a');
    await until(() => received === 'helloa', { what: 'the other way is not slow' });
    client.socket.write('b');
    await hears(client, 'HELLOAB');
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(79); // 60 + half of 40; a timer may round down
  });
});

describe('a line that is held', () => {
  it.each([
    ['to-server', 'hello', 'HELLO'],
    ['to-client', 'helloa', 'HELLO'],
  ] as const)('%s, delivers what was sent when it heals', async (way, serverHas, clientHas) => {
    const client = await openAndGreet();
    proxy.set({ kind: 'hold', way });
    client.socket.write('a');
    await until(() => proxy.isHolding(), { what: 'it holds' });
    expect([received, client.heard()]).toEqual([serverHas, clientHas]);
    proxy.heal();
    await hears(client, 'HELLOA');
    expect(proxy.isHolding()).toBe(false);
  });

  it('tells neither side that the other has closed, before it heals', async () => {
    const client = await openAndGreet();
    proxy.set({ kind: 'hold', way: 'both' });
    const [atServer] = [...sockets].filter((socket) => socket !== client.socket);
    atServer?.end();
    await until(() => proxy.isHolding(), { what: 'the end is held' });
    expect(client.ended()).toBeUndefined();
    proxy.heal();
    await ends(client, '');
  });

  it('half-open: resets the connections that sent something, when it heals, and keeps the others', async () => {
    const [speaker, listener] = [await openAndGreet(), await openAndGreet()];
    proxy.set({ kind: 'hold', way: 'both', atEnd: 'reset' });
    speaker.socket.write('a');
    await until(() => proxy.isHolding(), { what: 'it holds' });
    expect(speaker.ended()).toBeUndefined();
    proxy.heal();
    await ends(speaker, 'ECONNRESET');
    listener.socket.write('b');
    await hears(listener, 'HELLOB');
  });

  it('holds the connections of one name only, when told so', async () => {
    const [held, free] = [await openAndGreet('a-name'), await openAndGreet('another')];
    proxy.set({ kind: 'hold', way: 'both' }, { only: 'a-name' });
    held.socket.write('x');
    free.socket.write('y');
    await hears(free, 'APPLICATION_NAME\0ANOTHER\0Y');
    expect(proxy.isHolding()).toBe(true);
    expect(held.heard()).not.toContain('X');
  });
});

describe('a line that is cut', () => {
  it.each([
    ['cut', ''],
    ['reset', 'ECONNRESET'],
  ] as const)('%s: every connection ends, and so does every new one until it heals', async (kind, why) => {
    const client = await openAndGreet();
    proxy.set({ kind });
    await ends(client, why);
    await ends(await openClient(), why);
    proxy.heal();
    await openAndGreet();
  });

  it('cuts the next reply whole, or in the middle, and then no more', async () => {
    const whole = await openAndGreet();
    proxy.set({ kind: 'cut-reply', keep: 'nothing' });
    whole.socket.write('abcd');
    await ends(whole, '');
    expect(whole.heard()).toBe('HELLO');

    const partly = await openAndGreet();
    proxy.set({ kind: 'cut-reply', keep: 'a part' });
    partly.socket.write('abcd');
    await ends(partly, '');
    expect([partly.heard(), received.slice(-4), proxy.cutReplies()]).toEqual(['HELLOAB', 'abcd', 1]);
    await openAndGreet();
  });
});
