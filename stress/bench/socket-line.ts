import { connect, type Socket } from 'node:net';
import type { ClientEvents, ServerEvents } from '../../src/contracts/http.ts';

/** What a client does when something comes over its line. */
export interface SocketHearer {
  /** The line is open, again perhaps: now it may say something. */
  opened(say: Say): void;
  heard(event: Heard): void;
}

export type Say = <Name extends keyof ClientEvents>(
  name: Name,
  ...body: Parameters<ClientEvents[Name]>
) => void;

/** An event's name and body. */
export type Heard = {
  [Name in keyof ServerEvents]: [name: Name, ...body: Parameters<ServerEvents[Name]>];
}[keyof ServerEvents];

export interface SocketLine {
  /** Opens a closed one, and again whenever it breaks or cannot be opened, until it is closed. */
  open(): void;
  /** Says goodbye, as a page does that is left; may be opened again at once. */
  close(): void;
}

/** Between two tries to open it, ms: shortest, and by how much longer at random. */
const AGAIN_AFTER_MS = { least: 100, spread: 400 };

/** A line on which nothing comes for so long is broken, ms: our server pings every 10 s. */
const SILENT_FOR_MS = 20_000;

/** RFC 6455, 5.2: the first byte of a frame that is a whole message of text, and of the last one of a connection. */
const TEXT = 0x81;
const CLOSE = 0x88;
const SHORT = 126;
const LONG = 127;
/** Any 16 bytes (RFC 6455, 4.1): they tell a client that it talks to no cache, and there is none. */
const KEY = Buffer.from('a line of a load').toString('base64');

/** First characters of a text: Engine.IO's packet, then Socket.IO's within its messages (their protocols 4 and 5). */
const PACKET = { open: '0', ping: '2', pong: '3', connect: '40', disconnect: '41', event: '42' };

/** All lines read into it: what was read is looked at before anything else is. */
const buffer = Buffer.allocUnsafe(65_536);

/**
 * A shopper's socket as a load needs it: Socket.IO over one WebSocket, just as much of both as our server speaks.
 *
 * A client of thousands in one process shares the cores with the server that is measured. Socket.IO's own client takes
 * three times as much of them (docs/decisions/0060).
 */
export function createSocketLine(url: string, token: string, hearer: SocketHearer): SocketLine {
  const { hostname, port, host } = new URL(url);
  const greeting =
    `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\n` +
    `Connection: Upgrade\r\nSec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n`;
  let socket: Socket | null = null;
  let again: NodeJS.Timeout | undefined;

  const open = (): void => {
    clearTimeout(again);
    const say = (text: string): void => void opening.write(frameOf(text));
    const reader = createFrameReader((text) => {
      if (text.startsWith(PACKET.event)) hearer.heard(readEvent(text.slice(PACKET.event.length)));
      else if (text === PACKET.ping) say(PACKET.pong);
      else if (text.startsWith(PACKET.open)) say(PACKET.connect + JSON.stringify({ token }));
      else if (text.startsWith(PACKET.connect)) {
        hearer.opened((...event) => say(PACKET.event + JSON.stringify(event)));
      } else opening.destroy(); // refused, or told to go
    });
    const read = (bytes: number): boolean => {
      if (socket === opening && !reader.read(buffer.subarray(0, bytes))) opening.destroy();
      return true;
    };
    const opening = connect({
      host: hostname,
      port: Number(port || 80),
      noDelay: true,
      onread: { buffer, callback: read },
    });
    socket = opening;
    opening.write(greeting);
    opening.setTimeout(SILENT_FOR_MS, () => opening.destroy());
    opening.on('error', () => undefined); // `close` follows
    opening.on('close', () => {
      if (socket !== opening) return;
      socket = null;
      again = setTimeout(open, AGAIN_AFTER_MS.least + Math.random() * AGAIN_AFTER_MS.spread);
    });
  };

  return {
    open,
    close() {
      clearTimeout(again);
      const closing = socket;
      socket = null;
      closing?.end(Buffer.concat([frameOf(PACKET.disconnect), frameOf('', CLOSE)]));
    },
  };
}

let lastText = '';
let lastEvent: Heard;

/** A tick is the same text for everybody: it is read once. */
function readEvent(text: string): Heard {
  if (text !== lastText) {
    lastText = text;
    lastEvent = JSON.parse(text) as Heard;
  }
  return lastEvent;
}

/** One frame from a client, whose bytes are masked: with zeros, that change nothing. At most 65,535 of them. */
export function frameOf(text: string, kind = TEXT): Buffer {
  const body = Buffer.from(text);
  const head =
    body.length < SHORT
      ? [kind, 0x80 | body.length, 0, 0, 0, 0]
      : [kind, 0x80 | SHORT, body.length >> 8, body.length & 0xff, 0, 0, 0, 0];
  return Buffer.concat([Buffer.from(head), body]);
}

const HEAD_END = '\r\n\r\n';
/** What a reader tells of bytes that it cannot go on after. */
const OVER = -1;

/**
 * Takes a server's bytes apart, in whatever pieces they come: the head of its answer, then frames.
 *
 * @param told  called with each whole text
 * @returns a reader that answers false for what is no WebSocket, for a frame that is neither a whole text of at most 65,535 bytes
 *   nor the last one, and after that one
 */
export function createFrameReader(told: (text: string) => void): { read(bytes: Buffer): boolean } {
  let isUpgraded = false;
  let rest: Buffer = Buffer.alloc(0);

  // Both answer how many bytes they took.
  const readHead = (bytes: Buffer): number => {
    const end = bytes.indexOf(HEAD_END);
    if (end === -1) return 0;
    if (!bytes.toString('latin1', 0, end).startsWith('HTTP/1.1 101 ')) return OVER;
    isUpgraded = true;
    return readFrames(bytes, end + HEAD_END.length);
  };
  const readFrames = (bytes: Buffer, begin: number): number => {
    for (let at = begin; ;) {
      const [kind, length] = [bytes[at], bytes[at + 1]];
      if (kind === undefined || length === undefined) return at;
      if (kind !== TEXT || length >= LONG) return OVER;
      const from = at + (length === SHORT ? 4 : 2);
      if (bytes.length < from) return at;
      const to = from + (length === SHORT ? bytes.readUInt16BE(at + 2) : length);
      if (bytes.length < to) return at;
      told(bytes.toString('utf8', from, to));
      at = to;
    }
  };
  return {
    read(bytes) {
      const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      const taken = isUpgraded ? readFrames(all, 0) : readHead(all);
      if (taken === OVER) return false;
      rest = Buffer.from(all.subarray(taken)); // a copy: `bytes` will be read into again
      return true;
    },
  };
}
