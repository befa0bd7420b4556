import autocannon from 'autocannon';
import type { JournalEntry } from '../../src/features/purchase/journal.ts';
import { noteAnswer, now, readAnswer, type Wish } from './wish.ts';

export interface SendOptions {
  url: string;
  saleId: string;
  connections: number;
  /** Called for each answer as it arrives. */
  onAnswer: (entry: JournalEntry, wish: Wish) => void;
}

/** A request is given up after this time, and sent again with the same key, s. */
const REQUEST_TIMEOUT_SEC = 10;

interface Sent {
  wish: Wish;
  sentAt: number;
}

/**
 * Sends each wish once, in order, over so many connections.
 *
 * @returns the wishes to send again: those without a final answer
 */
export async function sendWishes(wishes: readonly Wish[], options: SendOptions): Promise<Wish[]> {
  const { url, saleId, connections, onAnswer } = options;
  const unanswered = new Set<Sent>();
  const again: Wish[] = [];
  let next = 0;
  const body = (wish: Wish): string => JSON.stringify({ saleId, quantity: wish.quantity });
  await autocannon({
    url,
    amount: wishes.length,
    connections: Math.min(connections, wishes.length),
    timeout: REQUEST_TIMEOUT_SEC,
    sampleInt: 100, // autocannon notices its end once a sample
    requests: [
      {
        method: 'POST',
        path: '/api/purchase/attempt',
        // Called once for each request that is written, also after a broken connection.
        setupRequest: (request, context) => {
          const wish = wishes[next];
          next += 1;
          if (!wish) throw new Error('autocannon asks for more requests than there are wishes');
          const sent = { wish, sentAt: now() };
          unanswered.add(sent);
          Object.assign(context, { sent });
          const headers = {
            'content-type': 'application/json',
            authorization: `Bearer ${wish.shopper.accessToken}`,
            'idempotency-key': wish.idempotencyKey,
          };
          return { ...request, headers, body: body(wish) };
        },
        onResponse: (httpStatus, text, context) => {
          const { sent } = context as { sent: Sent };
          if (!unanswered.delete(sent)) return;
          const entry = readAnswer(sent.wish, saleId, sent.sentAt, httpStatus, text);
          if (!noteAnswer(sent.wish, entry)) again.push(sent.wish);
          onAnswer(entry, sent.wish);
        },
      },
    ],
  });
  // Also when the same key got a refusal on another connection: what the cut answer said nobody knows.
  return [...new Set([...again, ...[...unanswered].map(({ wish }) => wish)])].filter(
    ({ accepted }) => !accepted,
  );
}
