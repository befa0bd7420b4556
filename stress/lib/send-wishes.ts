import autocannon from 'autocannon';
import type { JournalEntry } from '../../src/features/purchase/journal.ts';
import { noteAnswer, now, readAnswer, retryAfterOf, type Wish } from './wish.ts';

export interface SendOptions {
  url: string;
  connections: number;
  /** No wish goes out after this time, and answers still on the way then are cut, epoch ms. */
  endsAt: number;
  is429Final?: boolean;
  /** Called as each request goes out. @returns its number, which its answer repeats */
  onSend: (wish: Wish, sentAt: number) => number;
  /** Called for each answer as it arrives. */
  onAnswer: (entry: JournalEntry, wish: Wish) => void;
}

/** A request is given up after this time, and sent again with the same key, s. */
const REQUEST_TIMEOUT_SEC = 10;

interface Sent {
  wish: Wish;
  sentAt: number;
  request: number;
}

/**
 * Sends each wish once, in order, over so many connections, each as soon as the one before it is answered.
 *
 * @returns the wishes to send again: those that went out and have no final answer
 */
export async function sendWishes(wishes: readonly Wish[], options: SendOptions): Promise<Wish[]> {
  const { url, connections, endsAt, is429Final = false, onSend, onAnswer } = options;
  const unanswered = new Set<Sent>();
  const again: Wish[] = [];
  let next = 0;
  const body = ({ saleId, quantity }: Wish): string => JSON.stringify({ saleId, quantity });
  const request: autocannon.Request = {
    method: 'POST',
    path: '/api/purchase/attempt',
    // Called once for each request that is written, also after a broken connection.
    setupRequest: (request, context) => {
      const wish = wishes[next];
      next += 1;
      if (!wish) throw new Error('autocannon asks for more requests than there are wishes');
      const sentAt = now();
      const sent: Sent = { wish, sentAt, request: onSend(wish, sentAt) };
      unanswered.add(sent);
      Object.assign(context, { sent });
      const headers = {
        'content-type': 'application/json',
        authorization: `Bearer ${wish.shopper.accessToken}`,
        'idempotency-key': wish.idempotencyKey,
      };
      return { ...request, headers, body: body(wish) };
    },
    onResponse: (httpStatus, text, context, headers) => {
      const { sent } = context as { sent: Sent };
      if (!unanswered.delete(sent)) return;
      const answer = readAnswer(sent.wish, sent.sentAt, httpStatus, text, retryAfterOf(headers));
      const entry = { ...answer, request: sent.request };
      if (!noteAnswer(sent.wish, entry, { is429Final })) again.push(sent.wish);
      onAnswer(entry, sent.wish);
    },
  };
  await new Promise<void>((resolve, reject) => {
    const instance = autocannon(
      {
        url,
        amount: wishes.length,
        connections: Math.min(connections, wishes.length),
        timeout: REQUEST_TIMEOUT_SEC,
        sampleInt: 100, // autocannon notices its end once a sample
        requests: [request],
      },
      (error: Error | null) => {
        clearTimeout(deadline);
        if (error) reject(error);
        else resolve();
      },
    );
    const deadline = setTimeout(() => instance.stop(), Math.max(0, endsAt - now()));
  });
  // Also when the same key got a refusal on another connection: what the cut answer said nobody knows.
  return [...new Set([...again, ...[...unanswered].map(({ wish }) => wish)])].filter(
    ({ accepted }) => !accepted,
  );
}
