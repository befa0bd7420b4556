import { describe, expect, it } from '@jest/globals';
import { createAddressLimit } from './address-limit.ts';

function start(options: { exempt?: string[]; maxAddresses?: number } = {}) {
  const clock = { at: 0, now: () => clock.at };
  const limit = createAddressLimit({ exempt: [], ratePerSec: 2, burst: 4, clock, ...options });
  const takeMany = (address: string, times: number) =>
    Array.from({ length: times }, () => limit.take(address).ok).filter(Boolean).length;
  return { clock, limit, takeMany };
}

describe('createAddressLimit', () => {
  it('lets a burst through and refuses what is beyond it, naming the wait', () => {
    const { limit, takeMany } = start();
    expect(takeMany('10.0.0.1', 4)).toBe(4);
    expect(limit.take('10.0.0.1')).toEqual({
      ok: false,
      retryAfterSec: 0.5,
      headers: { RateLimit: '"address"; r=0; t=1', 'RateLimit-Policy': '"address"; q=4; w=2' },
    });
  });

  it('fills at its rate, up to the burst', () => {
    const { clock, takeMany } = start();
    takeMany('10.0.0.1', 4);
    clock.at = 1_000;
    expect(takeMany('10.0.0.1', 10)).toBe(2);
    clock.at = 60_000;
    expect(takeMany('10.0.0.1', 10)).toBe(4);
  });

  it('counts addresses apart', () => {
    const { takeMany } = start();
    takeMany('10.0.0.1', 4);
    expect(takeMany('10.0.0.2', 4)).toBe(4);
  });

  it('counts the addresses of one IPv6 subscriber together', () => {
    const { takeMany } = start();
    expect(takeMany('2001:db8:1:2::1', 3) + takeMany('2001:db8:1:2::2', 3)).toBe(4);
  });

  it('counts other IPv6 networks apart, however they are written', () => {
    const { takeMany } = start();
    const others = ['2001:db8:1:200::1', '2001:db8::3:1:2:3:4', '2001:db8:1:300:1:2:3:4', 'fe80::1', '::1'];
    expect(others.map((address) => takeMany(address, 4))).toEqual([4, 4, 4, 4, 4]);
    expect(takeMany('2001:db8:0:3:9::', 4)).toBe(0); // the network of the second
  });

  it('never limits exempt addresses and subnets', () => {
    const { takeMany } = start({ exempt: ['loopback', '192.168.0.0/16'] });
    expect([takeMany('127.0.0.1', 50), takeMany('::1', 50), takeMany('192.168.3.4', 50)]).toEqual([
      50, 50, 50,
    ]);
  });

  it('remembers an empty bucket as long as it matters', () => {
    const { clock, takeMany } = start();
    clock.at = 1_900; // shortly before a new generation
    takeMany('10.0.0.1', 4);
    clock.at = 2_100;
    expect(takeMany('10.0.0.1', 4)).toBe(0);
  });

  it('stays bounded in a flood of addresses', () => {
    const { limit } = start({ maxAddresses: 100 });
    for (let n = 0; n < 10_000; n += 1) limit.take(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);
    expect(limit.size).toBeLessThanOrEqual(100);
  });

  it('does not give tokens back when the clock steps back', () => {
    const { clock, takeMany } = start();
    clock.at = 10_000;
    takeMany('10.0.0.1', 4);
    clock.at = 5_000;
    expect(takeMany('10.0.0.1', 4)).toBe(0);
  });
});
