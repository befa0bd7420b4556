import { describe, expect, it } from '@jest/globals';
import { createBlockPace } from './block-pace.ts';

/** Two accounts of a block go as they come, each further one waits 1 s longer. */
function start(options: { exempt?: string[]; maxAccounts?: number } = {}) {
  const clock = { at: 1_000_000, now: () => clock.at };
  const pace = createBlockPace({ exempt: [], freeAccounts: 2, stepMs: 1_000, clock, ...options });
  const sale = { saleId: 'one', startsAtMs: 1_000_000 };
  /** How long the account has to wait, s. */
  const wait = (shopper: string, address = '198.51.100.1', of = sale) =>
    pace.refuse(address, of, shopper)?.retryAfterSec ?? 0;
  return { clock, pace, sale, wait };
}

describe('many accounts of one address block', () => {
  it('wait longer and longer beyond the first ones', () => {
    const { wait } = start();
    expect(['a', 'b', 'c', 'd', 'e'].map((shopper) => wait(shopper))).toEqual([0, 0, 1, 2, 3]);
  });

  it('wait a minute at most, however many there are', () => {
    const { wait } = start();
    const waits = Array.from({ length: 1_000 }, (_, n) => wait(`shopper ${n}`));
    expect(Math.max(...waits)).toBe(60);
  });

  it('each have a turn of their own, which asking again does not move', () => {
    const { clock, wait } = start();
    for (const shopper of ['a', 'b', 'c', 'd']) wait(shopper);
    clock.at += 500;
    expect([wait('d'), wait('c'), wait('d')]).toEqual([1.5, 0.5, 1.5]);
    for (let n = 0; n < 50; n += 1) wait(`another ${n}`);
    expect(wait('d')).toBe(1.5);
    clock.at += 1_500;
    expect([wait('c'), wait('d')]).toEqual([0, 0]);
  });

  it('slow nobody who was there before them', () => {
    const { clock, wait } = start();
    wait('early');
    for (let n = 0; n < 500; n += 1) wait(`late ${n}`);
    expect(wait('early')).toBe(0);
    clock.at += 599_000; // the next generation remembers whoever is still there
    wait('early');
    clock.at += 2_000;
    expect(wait('early')).toBe(0);
    clock.at += 598_000;
    for (let n = 0; n < 5; n += 1) wait(`later ${n}`);
    expect(wait('early')).toBe(0);
  });

  it('are told when their turn is', () => {
    const { pace, sale } = start();
    for (const shopper of ['a', 'b', 'c']) pace.refuse('198.51.100.1', sale, shopper);
    expect(pace.refuse('198.51.100.1', sale, 'd')).toMatchObject({
      code: 'rate_limited',
      retryAfterSec: 2,
      headers: { RateLimit: '"block"; r=0; t=2', 'RateLimit-Policy': '"block"; q=2; w=600' },
    });
  });

  it('are those of a /24 or a /56 together, and of others apart', () => {
    const { wait } = start();
    expect([1, 2, 3].map((host) => wait(`v4 ${host}`, `203.0.113.${host}`))).toEqual([0, 0, 1]);
    expect([1, 2, 3].map((net) => wait(`v6 ${net}`, `2001:db8:1:20${net}::1`))).toEqual([0, 0, 1]);
    expect([wait('c', '203.0.114.1'), wait('c', '2001:db8:1:300::1')]).toEqual([0, 0]);
  });

  it('are counted for each sale by itself', () => {
    const { sale, wait } = start();
    for (const shopper of ['a', 'b', 'c']) wait(shopper);
    expect(wait('d', '198.51.100.1', { ...sale, saleId: 'two' })).toBe(0);
  });

  it('gain nothing by trying before the sale starts', () => {
    const { clock, sale, wait } = start();
    clock.at -= 1;
    for (let n = 0; n < 50; n += 1) expect(wait(`early ${n}`)).toBe(0);
    clock.at = sale.startsAtMs;
    expect([1, 2, 3].map((n) => wait(`early ${n}`))).toEqual([0, 0, 1]);
  });

  it('are as good as new after a long quiet', () => {
    const { clock, wait } = start();
    for (let n = 0; n < 100; n += 1) wait(`shopper ${n}`);
    clock.at += 600_000;
    wait('somebody of another block', '192.0.2.1');
    clock.at += 600_000;
    expect([wait('x'), wait('y'), wait('z')]).toEqual([0, 0, 1]);
  });

  it('never wait at exempt addresses', () => {
    const { wait } = start({ exempt: ['loopback'] });
    for (let n = 0; n < 50; n += 1) expect(wait(`shopper ${n}`, '127.0.0.1')).toBe(0);
  });

  it('take no more memory than they may', () => {
    const { pace, wait } = start({ maxAccounts: 100 });
    for (let n = 0; n < 10_000; n += 1) wait(`shopper ${n}`, `10.0.${n & 255}.1`);
    expect(pace.size).toBeLessThanOrEqual(100);
  });
});
