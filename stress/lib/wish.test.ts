import { describe, expect, it } from '@jest/globals';
import { noteAnswer, readAnswer, retryAfterOf, type Wish } from './wish.ts';

const aWish = (): Wish => ({
  saleId: 's',
  shopper: { userId: 'u', accessToken: 't' },
  idempotencyKey: 'k',
  quantity: 1,
});
const answer = (wish: Wish, httpStatus: number, body: object | string) =>
  readAnswer(wish, 1, httpStatus, typeof body === 'string' ? body : JSON.stringify(body));

describe('an answer to a wish', () => {
  it('is kept as the client saw it; the status of a problem is not the status of an attempt', () => {
    const entry = answer(aWish(), 409, { type: 'about:blank', status: 409, code: 'sold_out' });
    expect(entry).toEqual({
      ...{ t: expect.any(Number), sentAt: 1, userId: 'u', saleId: 's', idempotencyKey: 'k', quantity: 1 },
      ...{ httpStatus: 409, code: 'sold_out' },
    });
  });

  it('is kept with the instant of the promise, and with when to come back, or that nobody said so', () => {
    const accepted = answer(aWish(), 202, { attemptId: 'a', queuedAt: '2026-11-21T10:00:00.000Z' });
    expect(accepted.queuedAt).toBe(Date.UTC(2026, 10, 21, 10));
    expect(readAnswer(aWish(), 1, 503, '{}', retryAfterOf({ 'Retry-After': '2' })).retryAfterSec).toBe(2);
    expect(readAnswer(aWish(), 1, 429, '{}', retryAfterOf({})).retryAfterSec).toBeNull();
    expect(readAnswer(aWish(), 1, 409, '{}', null)).not.toHaveProperty('retryAfterSec');
  });

  it('is no answer when it was cut', () => {
    expect(answer(aWish(), 202, '{"attemptId":"a').httpStatus).toBe(0);
  });

  it('is final when it accepts or refuses, and not when the client should try again', () => {
    const wish = aWish();
    for (const status of [0, 429, 500, 503]) expect(noteAnswer(wish, answer(wish, status, {}))).toBe(false);
    expect(noteAnswer(wish, answer(wish, 409, { code: 'sold_out' }))).toBe(true);
    expect(wish.refusedWith).toBe('sold_out');
    expect(noteAnswer(wish, answer(wish, 202, { attemptId: 'a', status: 'queued', position: 4 }))).toBe(true);
    expect(wish.accepted).toMatchObject({ attemptId: 'a', sentAt: 1 });
  });

  it('of one try too many is final only for a click that is not made again', () => {
    const wish = aWish();
    const tooMany = answer(wish, 429, { code: 'rate_limited' });
    expect(noteAnswer(wish, tooMany)).toBe(false);
    expect(noteAnswer(wish, tooMany, { is429Final: true })).toBe(true);
    expect(wish.refusedWith).toBe('rate_limited');
  });
});
