import type { AttemptStatusBody } from '../../src/contracts/http.ts';
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
