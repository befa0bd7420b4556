import type { AttemptStatusBody, SaleStatusBody } from '../../src/contracts/http.ts';
import type { JournalEntry } from '../../src/features/purchase/journal.ts';
import { now, type Wish } from './wish.ts';

/** What a client learns of its attempt from a status or a socket, as the journal keeps it. */
export function sightOf(
  wish: Wish,
  body: AttemptStatusBody,
  how: Pick<JournalEntry, 'sentAt' | 'httpStatus'> = {},
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

/** A tick as the journal keeps it; `seq` may not fall over one connection. */
export function tickOf(
  { wish, connection }: { wish: Wish; connection: number },
  { saleId, seq, serverTime }: SaleStatusBody,
  t: number,
): JournalEntry {
  const { userId } = wish.shopper;
  return { t, serverTime: Date.parse(serverTime), userId, saleId, socket: `${userId}:${connection}`, seq };
}
