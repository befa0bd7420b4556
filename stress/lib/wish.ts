import { randomUUID } from 'node:crypto';
import type { JournalEntry } from '../../src/features/purchase/journal.ts';
import type { Shopper } from '../../src/commands/lib/create-shoppers.ts';

/** What one shopper of the crowd wants, and what came of it so far. */
export interface Wish {
  saleId: string;
  shopper: Shopper;
  idempotencyKey: string;
  quantity: number;
  /** Part of the crowd whose times are told apart from the others'. */
  group?: string;
  /** The first 202 or 200, and the time from its request to it, ms. */
  accepted?: { attemptId: string; acceptMs: number; sentAt: number };
  /** The last final refusal; a wish that is accepted elsewhere does not mind. */
  refusedWith?: string;
}

/** One unit for this shopper, under a key of its own. */
export function aWishFor(shopper: Shopper, saleId: string, group?: string): Wish {
  const wish: Wish = { saleId, shopper, idempotencyKey: randomUUID(), quantity: 1 };
  return group === undefined ? wish : { ...wish, group };
}

/** Epoch ms with fractions: two sights within a millisecond keep their order. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Refusals that say nothing final: the client sends the same key again. */
const TRY_AGAIN = new Set([0, 429, 500, 502, 503, 504]);

/** @returns the `Retry-After`, s; null when there is none. Autocannon keeps the case of the names it was sent. */
export function retryAfterOf(headers: Readonly<Record<string, unknown>> = {}): number | null {
  const value = headers['retry-after'] ?? headers['Retry-After'];
  return value === undefined ? null : Number(value);
}

/**
 * An answer to a wish, as the journal keeps it; a body that was cut counts as no answer.
 *
 * @param retryAfterSec  kept for an answer that turns a shopper away
 */
export function readAnswer(
  wish: Wish,
  sentAt: number,
  httpStatus: number,
  body: string,
  retryAfterSec?: number | null,
): JournalEntry {
  const entry: JournalEntry = {
    t: now(),
    sentAt,
    userId: wish.shopper.userId,
    saleId: wish.saleId,
    idempotencyKey: wish.idempotencyKey,
    quantity: wish.quantity,
    httpStatus,
  };
  try {
    const { code, attemptId, status, reason, position, orderId, queuedAt } = JSON.parse(body) as Said;
    const said = {
      code,
      attemptId,
      status: isStatus(status) ? status : undefined,
      reason,
      position,
      orderId,
      queuedAt: queuedAt === undefined ? undefined : Date.parse(queuedAt),
      retryAfterSec: httpStatus === 429 || httpStatus === 503 ? retryAfterSec : undefined,
    };
    return Object.assign(
      entry,
      Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)),
    );
  } catch {
    return { ...entry, httpStatus: 0 };
  }
}

type Said = Partial<Omit<JournalEntry, 'queuedAt'>> & { queuedAt?: string };

// A problem document has a `status` too: a number.
function isStatus(status: unknown): status is NonNullable<JournalEntry['status']> {
  return status === 'queued' || status === 'confirmed' || status === 'rejected';
}

/**
 * Notes what an answer means for its wish.
 *
 * @param is429Final  a click that was one too many is not made again
 * @returns whether it is final
 */
export function noteAnswer(wish: Wish, entry: JournalEntry, { is429Final = false } = {}): boolean {
  const { httpStatus = 0, attemptId, sentAt = entry.t } = entry;
  if ((httpStatus === 202 || httpStatus === 200) && attemptId !== undefined) {
    wish.accepted ??= { attemptId, acceptMs: entry.t - sentAt, sentAt };
    return true;
  }
  if (TRY_AGAIN.has(httpStatus) && !(is429Final && httpStatus === 429)) return false;
  wish.refusedWith = entry.code ?? `HTTP ${httpStatus}`;
  return true;
}
