import type { JournalEntry } from '../../features/purchase/journal.ts';
import type { Attempt, DecidedAttempt, KnownAttempt } from '../../features/purchase/purchase.model.ts';
import type { Shop } from './shop.ts';

type Said = Pick<JournalEntry, 'status' | 'position' | 'orderId' | 'reason' | 'code'> & {
  httpStatus: number;
  queuedAt?: number;
};

/** The shoppers' side: it keeps the journal of what they sent, got and heard. */
export function createClients({ saleId, now }: Pick<Shop, 'saleId' | 'now'>) {
  const journal: JournalEntry[] = [];
  let requests = 0;
  const note = (entry: JournalEntry): void => void journal.push({ ...entry, line: journal.length + 1 });
  return {
    journal,
    /** Sends an attempt. @returns what takes its answer; an attempt that gets none is indeterminate */
    send({ shopperId, idempotencyKey, quantity, attemptId }: Attempt): (said: Said) => void {
      const sentAt = now();
      const asked = {
        ...{ request: (requests += 1), userId: shopperId, saleId, quantity },
        idempotencyKey: idempotencyKey ?? '',
      };
      note({ kind: 'sent', t: sentAt, ...asked });
      return (said) => {
        const isRefused = said.code !== undefined;
        note({ t: now(), sentAt, ...asked, ...(isRefused ? {} : { attemptId }), ...said });
      };
    },
    /** The outcome reaches the shopper's socket. */
    hear(attempt: DecidedAttempt): void {
      const { attemptId, shopperId: userId } = attempt;
      note({ t: now(), userId, saleId, attemptId, ...outcomeOf(attempt) });
    },
  };
}

export type Clients = ReturnType<typeof createClients>;

export function outcomeOf(attempt: KnownAttempt): Pick<JournalEntry, 'status' | 'orderId' | 'reason'> {
  return attempt.outcome === 'confirmed'
    ? { status: 'confirmed', orderId: attempt.orderId }
    : { status: 'rejected', reason: attempt.reason };
}
