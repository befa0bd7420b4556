import { io, type Socket } from 'socket.io-client';
import type { AttemptStatusBody } from '../../src/contracts/http.ts';
import type { JournalEntry } from '../../src/features/purchase/journal.ts';
import { now, type Wish } from './wish.ts';

const POLL_EVERY_MS = 250;
const ASKED_AT_ONCE = 8;

export interface SampleWatch {
  /** Times from request to outcome on the socket, ms. */
  outcomeMs(): number[];
  /** How many of the sample have a socket. */
  connected: number;
  /** Asks for the status of every accepted wish of the sample once more, and lets go. */
  close(): Promise<void>;
}

/** Follows a sample of the crowd as a page would: its outcome on a socket, its status by polling. */
export async function watchSample(
  wishes: readonly Wish[],
  { url, saleId, onSight }: { url: string; saleId: string; onSight: (entry: JournalEntry) => void },
): Promise<SampleWatch> {
  const heardAt = new Map<Wish, number>();
  const sockets = await Promise.all(
    wishes.map((wish) =>
      openSocket(url, wish, (body) => {
        if (body.saleId !== saleId) return;
        if (!heardAt.has(wish)) heardAt.set(wish, now());
        onSight(sightOf(wish, body, {}));
      }),
    ),
  );

  const decided = new Set<Wish>();
  const ask = async (wish: Wish): Promise<void> => {
    if (!wish.accepted || decided.has(wish)) return;
    const sentAt = now();
    const answer = await fetch(`${url}/api/purchase/status?attemptId=${wish.accepted.attemptId}`, {
      headers: { authorization: `Bearer ${wish.shopper.accessToken}` },
      signal: AbortSignal.timeout(5_000),
    }).catch(() => null);
    const body = answer?.ok ? ((await answer.json().catch(() => null)) as AttemptStatusBody | null) : null;
    if (!body) return;
    if (body.status !== 'queued') decided.add(wish);
    onSight(sightOf(wish, body, { sentAt, httpStatus: 200 }));
  };
  const askAll = async (): Promise<void> => {
    for (let start = 0; start < wishes.length; start += ASKED_AT_ONCE) {
      await Promise.all(wishes.slice(start, start + ASKED_AT_ONCE).map(ask));
    }
  };
  const closing = new AbortController();
  const polling = (async () => {
    while (!closing.signal.aborted) {
      await askAll();
      await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
    }
  })();

  return {
    connected: sockets.filter(({ connected }) => connected).length,
    outcomeMs: () => [...heardAt].flatMap(([wish, t]) => (wish.accepted ? [t - wish.accepted.sentAt] : [])),
    async close() {
      closing.abort();
      await polling;
      await askAll();
      sockets.forEach((socket) => socket.disconnect());
    },
  };
}

function sightOf(
  wish: Wish,
  body: AttemptStatusBody,
  how: Pick<JournalEntry, 'sentAt' | 'httpStatus'>,
): JournalEntry {
  const { attemptId, saleId, status, reason, position, orderId } = body;
  return {
    t: now(),
    ...how,
    userId: wish.shopper.userId,
    saleId,
    attemptId,
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(position === undefined ? {} : { position }),
    ...(orderId === undefined ? {} : { orderId }),
  };
}

/** Resolves when the socket is connected, or has not been for 5 s: it goes on trying. */
async function openSocket(
  url: string,
  wish: Wish,
  onOutcome: (body: AttemptStatusBody) => void,
): Promise<Socket> {
  const socket = io(url, {
    transports: ['websocket'],
    auth: { token: wish.shopper.accessToken },
    forceNew: true,
  });
  socket.on('purchase:outcome', onOutcome);
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, 5_000);
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  return socket;
}
