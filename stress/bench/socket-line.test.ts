import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Server, type Socket } from 'socket.io';
import { until } from '../../src/testing/until.ts';
import { createFrameReader, createSocketLine, frameOf, type Heard, type SocketLine } from './socket-line.ts';

const SALE = { saleId: '00000000-0000-4000-8000-000000000001' };

describe('a line of a crowd', () => {
  let http: HttpServer;
  let io: Server;
  let line: SocketLine;
  const heard: Heard[] = [];
  const sockets: Socket[] = [];

  afterEach(async () => {
    line.close();
    heard.length = sockets.length = 0;
    await io.close();
  });

  /** A server of Socket.IO itself, and a line to it that watches a sale whenever it opens. */
  async function openTo(
    serve: (socket: Socket) => void = () => undefined,
    options: ConstructorParameters<typeof Server>[1] = {},
  ): Promise<void> {
    http = createServer();
    io = new Server(http, { transports: ['websocket'], ...options });
    io.on('connection', (socket) => {
      sockets.push(socket);
      serve(socket);
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    line = createSocketLine(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, 'a-token', {
      opened: (say) => say('sale:watch', SALE),
      heard: (event) => heard.push(event),
    });
    line.open();
  }

  it('shows its token, says what it wants and hears what it is told', async () => {
    const asked: unknown[] = [];
    await openTo((socket) => {
      asked.push(socket.handshake.auth);
      socket.on('sale:watch', (body) => {
        asked.push(body);
        socket.emit('server:time', { serverTime: 'now' });
        socket.emit('sale:tick', { ...SALE, name: 'ü'.repeat(9_000) }); // longer than one piece of a stream
        socket.emit('sale:tick', { ...SALE, name: 'short' });
      });
    });
    await until(() => heard.length === 3, { what: 'everything is heard' });
    expect(asked).toEqual([{ token: 'a-token' }, SALE]);
    expect(heard).toEqual([
      ['server:time', { serverTime: 'now' }],
      ['sale:tick', { ...SALE, name: 'ü'.repeat(9_000) }],
      ['sale:tick', { ...SALE, name: 'short' }],
    ]);
  });

  it('answers the pings of its server', async () => {
    let pongs = 0;
    await openTo((socket) => socket.conn.on('heartbeat', () => (pongs += 1)), { pingInterval: 30 });
    await until(() => pongs >= 3, { what: 'three pings are answered' });
    expect(sockets).toHaveLength(1);
  });

  it.each([
    ['its connection breaks', (socket: Socket) => socket.conn.close()],
    ['it is told to go', (socket: Socket) => socket.disconnect()],
  ])('opens again when %s', async (_why, breakOff) => {
    await openTo((socket) => socket.emit('server:time', { serverTime: String(sockets.length) }));
    await until(() => heard.length === 1, { what: 'the line is open' });
    breakOff(sockets[0]!);
    await until(() => heard.length === 2, { what: 'the line is open again' });
  });

  it('tries again when it is turned away', async () => {
    let asked = 0;
    await openTo(undefined, { allowRequest: (_req, answer) => answer(null, (asked += 1) > 2) });
    await until(() => sockets.length === 1, { what: 'the line is open' });
    expect(asked).toBe(3);
  });

  it('says goodbye when it is closed, and may come back at once', async () => {
    const reasons: string[] = [];
    await openTo((socket) => socket.on('disconnect', (reason) => reasons.push(reason)));
    await until(() => sockets.length === 1, { what: 'the line is open' });
    line.close();
    line.open();
    await until(() => sockets.length === 2, { what: 'the line is open again' });
    expect(reasons).toEqual(['client namespace disconnect']);
    await until(() => io.engine.clientsCount === 1, { what: 'the old connection is gone' });
    sockets[1]!.emit('server:time', { serverTime: 'still here' });
    await until(() => heard.length === 1, { what: 'the new connection is heard' });
  });
});

describe('the frames of a line', () => {
  const HEAD = Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n');

  /** As a server writes them, without a mask. */
  function fromServer(text: string): Buffer {
    const body = Buffer.from(text);
    const length = body.length < 126 ? [body.length] : [126, body.length >> 8, body.length & 0xff];
    return Buffer.concat([Buffer.from([0x81, ...length]), body]);
  }

  it('are whole texts, in whatever pieces they come', () => {
    const texts = ['', 'a', 'é'.repeat(62), 'b'.repeat(125), 'c'.repeat(126), 'd'.repeat(2_000), 'e'];
    const bytes = Buffer.concat([HEAD, ...texts.map(fromServer)]);
    for (const size of [1, 2, 3, 7, 127, 1_000, bytes.length]) {
      const told: string[] = [];
      const reader = createFrameReader((text) => told.push(text));
      const piece = Buffer.alloc(size); // the same memory again and again, as a line has it
      for (let at = 0; at < bytes.length; at += size) {
        const length = bytes.copy(piece, 0, at, at + size);
        expect(reader.read(piece.subarray(0, length))).toBe(true);
      }
      expect(told).toEqual(texts);
    }
  });

  it('have 65,535 bytes of text at most', () => {
    const told: string[] = [];
    const text = 'a'.repeat(65_535);
    expect(createFrameReader((one) => told.push(one)).read(Buffer.concat([HEAD, fromServer(text)]))).toBe(
      true,
    );
    expect(told).toEqual([text]);
  });

  it.each([
    ['an answer that is no upgrade', Buffer.from('HTTP/1.1 503 Service Unavailable\r\n\r\n')],
    ['the last frame', Buffer.concat([HEAD, Buffer.from([0x88, 0])])],
    ['a piece of a text', Buffer.concat([HEAD, Buffer.from([0x01, 1, 0x61])])],
    ['a text of more than 65,535 bytes', Buffer.concat([HEAD, Buffer.from([0x81, 127])])],
  ])('end with %s', (_what, bytes) => {
    expect(createFrameReader(() => undefined).read(bytes)).toBe(false);
  });

  it('are masked with zeros on their way to a server', () => {
    expect(frameOf('hé')).toEqual(Buffer.from([0x81, 0x83, 0, 0, 0, 0, 0x68, 0xc3, 0xa9]));
    expect(frameOf('a'.repeat(300)).subarray(0, 8)).toEqual(Buffer.from([0x81, 0xfe, 1, 44, 0, 0, 0, 0]));
  });
});
