import type { AttemptStatusBody, SaleStatusBody } from '../../src/contracts/http.ts';
import { openSocket, type ShopSocket } from './open-socket.ts';
import { sightOf, tickOf } from './sight.ts';
import type { Stage } from './stage.ts';
import { now, type Wish } from './wish.ts';

/** Sockets opened at once; a listen queue is 511 long. */
const OPENED_AT_ONCE = 200;

/** One shopper at the page of a sale. */
export interface Listener {
  wish: Wish;
  socket: ShopSocket;
  /** How often it has come back. */
  connection: number;
  /** Of this connection; a client that comes back starts again. */
  tick?: { body: SaleStatusBody; heardAt: number };
  /** Ticks with a lower `seq` than the one before on the same connection. */
  ticksBack: number;
  soldOutAt?: number;
  outcome?: { body: AttemptStatusBody; heardAt: number };
}

/** Opens a socket for each wish; each watches its sale and hears of its own outcome. */
export async function listen(
  { url, tally, journal }: Pick<Stage, 'url' | 'tally' | 'journal'>,
  wishes: readonly Wish[],
): Promise<Listener[]> {
  const listeners: Listener[] = [];
  const open = async (wish: Wish): Promise<void> => {
    const heard: Omit<Listener, 'socket'> = { wish, connection: 0, ticksBack: 0 };
    const listener = heard as Listener;
    const { socket, openMs } = await openSocket(url, {
      accessToken: wish.shopper.accessToken,
      saleId: wish.saleId,
      listen: {
        'sale:tick': (body) => {
          if (body.saleId !== wish.saleId) return;
          const heardAt = now();
          journal.push(tickOf(listener, body, heardAt));
          if (listener.tick && body.seq < listener.tick.body.seq) listener.ticksBack += 1;
          listener.tick = { body, heardAt };
          if (body.state === 'sold_out') listener.soldOutAt ??= heardAt;
        },
        'purchase:outcome': (body) => {
          if (body.saleId !== wish.saleId) return;
          listener.outcome ??= { body, heardAt: now() };
          journal.push(sightOf(wish, body));
        },
      },
    });
    listener.socket = socket;
    listeners.push(listener);
    if (openMs !== null) tally.time('connect', openMs);
  };
  for (let start = 0; start < wishes.length; start += OPENED_AT_ONCE) {
    await Promise.all(wishes.slice(start, start + OPENED_AT_ONCE).map(open));
  }
  return listeners;
}

/** Cuts every connection and lets all come back in the same moment. */
export function reconnectAll(listeners: readonly Listener[]): void {
  for (const listener of listeners) {
    listener.socket.disconnect();
    delete listener.tick;
    listener.connection += 1;
  }
  for (const { socket } of listeners) socket.connect();
}
