import { io, type Socket } from 'socket.io-client';
import type {
  AttemptStatusBody,
  ClientEvents,
  SaleStatusBody,
  ServerEvents,
} from '../../../src/contracts/http.ts';
import { SOCKET_REFUSED_PAUSE_MS } from '../config/timing.ts';
import { createStore } from './store.ts';

/** What the sockets tell. Everything here can be lost: who listens also reads snapshots. */
export interface Live {
  isConnected: () => boolean;
  subscribe: (listener: () => void) => () => void;
  /** Calls back at each connect and reconnect, and at once while connected. */
  onConnect: (listener: () => void) => () => void;
  /** Asks for the ticks of one sale, again after each reconnect. */
  watchSale: (saleId: string, listener: (body: SaleStatusBody) => void) => () => void;
  onOutcome: (listener: (body: AttemptStatusBody) => void) => () => void;
  /** Calls back when an order of who is signed in was cancelled. */
  onCancelled: (listener: () => void) => () => void;
  /** Connects anew, so that the socket belongs to who is signed in now. */
  renew: () => void;
}

export interface LiveDeps {
  accessToken: () => string | undefined;
  onServerTime: (serverTime: string) => void;
}

/** Connects to the API's sockets (WebSocket only) and stays connected; the only place that knows the library. */
export function createLive({ accessToken, onServerTime }: LiveDeps): Live {
  const connected = createStore(false);
  const socket: Socket<ServerEvents, ClientEvents> = io({
    transports: ['websocket'],
    auth: (send) => {
      const token = accessToken();
      send(token === undefined ? {} : { token });
    },
  });
  socket.on('connect', () => connected.set(true));
  socket.on('disconnect', () => connected.set(false));
  socket.on('server:time', ({ serverTime }) => onServerTime(serverTime));
  socket.on('connect_error', () => {
    if (!socket.active) setTimeout(() => socket.connect(), SOCKET_REFUSED_PAUSE_MS);
  });

  const onConnect = (listener: () => void) => {
    socket.on('connect', listener);
    if (socket.connected) listener();
    return () => void socket.off('connect', listener);
  };

  return {
    isConnected: connected.current,
    subscribe: connected.subscribe,
    onConnect,
    watchSale: (saleId, listener) => {
      const onTick = (body: SaleStatusBody) => {
        if (body.saleId === saleId) listener(body);
      };
      socket.on('sale:tick', onTick);
      const stopAsking = onConnect(() => socket.emit('sale:watch', { saleId }));
      return () => {
        stopAsking();
        socket.off('sale:tick', onTick);
      };
    },
    onOutcome: (listener) => {
      socket.on('purchase:outcome', listener);
      return () => void socket.off('purchase:outcome', listener);
    },
    onCancelled: (listener) => {
      socket.on('order:cancelled', listener);
      return () => void socket.off('order:cancelled', listener);
    },
    renew: () => {
      socket.disconnect().connect();
    },
  };
}
