import { createJournalWriter } from '../../src/features/purchase/journal-writer.ts';
import { now, readAnswer, type Wish } from '../lib/wish.ts';
import type { LineAnswer } from './open-line.ts';
import type { OpenLoop, OpenLoopWatch } from './open-loop.ts';

/** What an open loop's clients saw: times and answers as they come, lines of a journal when nothing is sent any more. */
export interface OpenLoopJournal extends OpenLoopWatch {
  /** Writes all of it. */
  write(path: string): void;
}

export function createOpenLoopJournal({
  tokens,
  keyPrefix,
  body,
}: Pick<OpenLoop, 'tokens' | 'keyPrefix' | 'body'>): OpenLoopJournal {
  const { saleId } = JSON.parse(body) as { saleId: string };
  const sentAt: number[] = [];
  const answers: { at: number; answer: LineAnswer }[] = [];
  const wishOf = (index: number): Wish => {
    const accessToken = tokens[index] ?? '';
    const shopper = { userId: userOf(accessToken), accessToken };
    return { saleId, shopper, idempotencyKey: `${keyPrefix}${index}`, quantity: 1 };
  };
  return {
    sent: (index) => void (sentAt[index] = now()),
    answered: (index, answer) => void (answers[index] = { at: now(), answer }),
    write(path) {
      const journal = createJournalWriter(path);
      sentAt.forEach((t, index) => {
        const wish = wishOf(index);
        const { shopper, idempotencyKey, quantity } = wish;
        const request = index + 1;
        journal.write({
          ...{ kind: 'sent', request, t, userId: shopper.userId, saleId, idempotencyKey, quantity },
        });
        const seen = answers[index];
        if (!seen) return;
        const { status, body: said, retryAfterSec } = seen.answer;
        journal.write({ ...readAnswer(wish, t, status, said, retryAfterSec), request, t: seen.at });
      });
      journal.close();
    },
  };
}

/** Whose token it is: the `sub` of its claims, unverified. */
export function userOf(accessToken: string): string {
  const claims = Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString();
  return (JSON.parse(claims) as { sub: string }).sub;
}
