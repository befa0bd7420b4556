import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { AttemptStatusBody, ClientEvents, SaleStatusBody, ServerEvents } from '../../contracts/http.ts';
import { isUuid } from '../../utils/is-uuid.ts';
import type { Clock } from '../clock.ts';
import { createMessageBudget, type SocketGuard } from './socket-guard.ts';
import type { Logger } from '../logging/logger.ts';

/** Ticks are coalesced to at most 5 a second. */
const TICK_EVERY_MS = 200;
/** Without news a tick is sent as often as this: a client takes 5 s of silence for a broken line, ms. */
const SILENCE_MS = 2_000;
const TIME_EVERY_MS = 10_000;
/** What a timer can wait at most. */
const LONGEST_MS = 2 ** 31 - 1;

/** Of an access token: what a socket that showed it may hear. */
interface Holder {
  userId: string;
  sessionId: string;
  expiresAtMs: number;
}

/** Whose access ended: a user's, or that of one session. */
export type Whose = { userId: string } | { sessionId: string };

export interface SocketsDeps {
  httpServer: HttpServer;
  guard: SocketGuard;
  /** Whose an access token is, without I/O; null for none, a bad one, a blocked account. */
  identify: (token: string) => Holder | null;
  /** The sale's status as everybody in this process sees it now; null when there is no such sale. */
  readStatus: (saleId: string) => Promise<{ body: SaleStatusBody; etag: string } | null>;
  corsOrigins: readonly string[];
  clock: Clock;
  logger: Logger;
}

export interface Sockets {
  /** Tells an outcome to its owner's sockets in this process; it is read only when there are any. */
  sendOutcome(shopperId: string, read: () => AttemptStatusBody): void;
  /** Tells a cancellation to the owner's sockets in this process. */
  sendCancelled(shopperId: string, body: { orderId: string; saleId: string }): void;
  /** Ends the sockets in this process of those who lost their access; they come back as nobody. */
  end(whose: Whose): void;
  /** Ends every connection; clients come back to another process. */
  close(): Promise<void>;
}

/**
 * Serves this process's sockets: sale ticks to those who watch, outcomes to their owners. A tick is made once per
 * process and sale, never per client, and only when something changed. Every process hears of every outcome, so
 * sockets need no session affinity and no adapter.
 */
export function createSockets(deps: SocketsDeps): Sockets {
  const { httpServer, guard, identify, readStatus, corsOrigins, clock, logger } = deps;
  const io = new Server<ClientEvents, ServerEvents>(httpServer, {
    transports: ['websocket'],
    serveClient: false,
    maxHttpBufferSize: 4096,
    pingInterval: 10_000,
    pingTimeout: 5_000,
    allowRequest: (req, answer) => answer(null, guard.mayConnect(req)),
    ...(corsOrigins.length > 0 ? { cors: { origin: [...corsOrigins] } } : {}),
  });
  const serverTime = () => ({ serverTime: new Date(clock.now()).toISOString() });

  // engine.io asks `allowRequest` about new connections alone, not about one that names another's id to take its place. With one
  // way of transport nobody has to.
  io.engine.use((req: { _query: { sid?: string } }, _res: unknown, next: (error?: Error) => void) => {
    next(req._query.sid === undefined ? undefined : new Error('nothing to upgrade'));
  });
  // Whoever holds a line counts until it is gone, whatever is said on it. Its request, an eighth of a socket's heap, is not kept.
  io.engine.on('connection', (connection: { request: IncomingMessage | null }) => {
    if (connection.request) connection.request.socket.once('close', guard.connected(connection.request));
    connection.request = null;
  });

  io.on('connection', (socket) => {
    const mayTell = createMessageBudget();
    socket.onAny(() => {
      if (!mayTell()) hangUp(socket);
    });
    const token: unknown = socket.handshake.auth.token;
    socket.handshake.auth = {}; // read once
    const holder = typeof token === 'string' ? identify(token) : null;
    if (holder) {
      void socket.join([`user:${holder.userId}`, `session:${holder.sessionId}`]);
      // What the token allowed ends with it; a page that has a newer one by then comes back with that.
      const expiry = setTimeout(hangUp, Math.min(holder.expiresAtMs - clock.now(), LONGEST_MS), socket);
      socket.on('disconnect', () => clearTimeout(expiry));
    }
    socket.emit('server:time', serverTime());
    socket.on('sale:watch', (asked: unknown) => {
      const saleId = (asked as { saleId?: unknown } | null)?.saleId;
      if (typeof saleId !== 'string' || !isUuid(saleId)) return;
      watch(socket, saleId.toLowerCase()).catch((error: unknown) => {
        logger.warn('a sale could not be watched', { saleId, error: String(error) });
      });
    });
  });

  const watch = async (socket: Socket<ClientEvents, ServerEvents>, saleId: string): Promise<void> => {
    const status = await readStatus(saleId);
    if (!status || socket.disconnected) return;
    for (const room of socket.rooms) if (room.startsWith('sale:')) await socket.leave(room);
    await socket.join(`sale:${saleId}`);
    socket.emit('sale:tick', status.body);
  };

  const lastTicks = new Map<string, { etag: string; sentAtMs: number }>();
  const tick = async (): Promise<void> => {
    const watched = [...io.sockets.adapter.rooms.keys()].filter((room) => room.startsWith('sale:'));
    for (const room of lastTicks.keys()) if (!watched.includes(room)) lastTicks.delete(room);
    for (const room of watched) {
      const status = await readStatus(room.slice('sale:'.length));
      const last = lastTicks.get(room);
      if (!status || (last?.etag === status.etag && performance.now() - last.sentAtMs < SILENCE_MS)) continue;
      lastTicks.set(room, { etag: status.etag, sentAtMs: performance.now() });
      io.to(room).emit('sale:tick', status.body);
    }
  };
  let ticking = false;
  const tickTimer = setInterval(() => {
    if (ticking) return;
    ticking = true;
    tick()
      .catch((error: unknown) => logger.warn('a tick was skipped', { error: String(error) }))
      .finally(() => {
        ticking = false;
      });
  }, TICK_EVERY_MS);
  const timeTimer = setInterval(() => io.emit('server:time', serverTime()), TIME_EVERY_MS);

  return {
    sendOutcome(shopperId, read) {
      const room = `user:${shopperId}`;
      if (io.sockets.adapter.rooms.has(room)) io.to(room).emit('purchase:outcome', read());
    },
    sendCancelled(shopperId, body) {
      io.to(`user:${shopperId}`).emit('order:cancelled', body);
    },
    end(whose) {
      const room = 'userId' in whose ? `user:${whose.userId}` : `session:${whose.sessionId}`;
      for (const id of io.sockets.adapter.rooms.get(room) ?? []) {
        const socket = io.sockets.sockets.get(id);
        if (socket) hangUp(socket);
      }
    },
    async close() {
      clearInterval(tickTimer);
      clearInterval(timeTimer);
      await io.close();
    },
  };
}

/** Cuts the line under a socket: unlike a `disconnect`, which a client takes for good, it comes back by itself. */
function hangUp(socket: { conn: { close(): void } }): void {
  socket.conn.close();
}
