import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { createMessageBudget, createSocketGuard } from './socket-guard.ts';

const request = (headers: Record<string, string>, address = '192.0.2.1') =>
  ({ headers: { host: 'shop.example', ...headers }, address }) as unknown as IncomingMessage;
const start = () =>
  createSocketGuard({
    corsOrigins: ['https://partner.example'],
    clientAddress: (req) => (req as unknown as { address: string }).address,
    isExempt: (address) => address === '127.0.0.1',
    mostPerAddress: 2,
  });

describe('the guard of sockets', () => {
  it('lets in our own pages, listed ones and what is no browser, and no other site’s', () => {
    const guard = start();
    for (const origin of ['https://shop.example', 'http://shop.example', 'https://partner.example'])
      expect([origin, guard.mayConnect(request({ origin }))]).toEqual([origin, true]);
    expect(guard.mayConnect(request({}))).toBe(true);
    for (const origin of [
      'https://evil.example',
      'null',
      'https://shop.example.evil',
      'https://evil.shop.example',
    ])
      expect([origin, guard.mayConnect(request({ origin }))]).toEqual([origin, false]);
  });

  it('lets in as many of one address as may be, and the next when one has gone', () => {
    const guard = start();
    const leave = guard.connected(request({}));
    guard.connected(request({}));
    expect([guard.mayConnect(request({})), guard.mayConnect(request({}, '192.0.2.2'))]).toEqual([
      false,
      true,
    ]);
    leave();
    expect(guard.mayConnect(request({}))).toBe(true);
  });

  it('counts exempt addresses for nothing', () => {
    const guard = start();
    for (let n = 0; n < 5; n += 1) guard.connected(request({}, '127.0.0.1'));
    expect(guard.mayConnect(request({}, '127.0.0.1'))).toBe(true);
  });
});

describe('the budget of messages', () => {
  it('is thirty at once and three a second after', () => {
    let now = 0;
    const take = createMessageBudget(() => now);
    expect(Array.from({ length: 31 }, take).filter(Boolean)).toHaveLength(30);
    now += 2_000;
    expect(Array.from({ length: 10 }, take).filter(Boolean).length).toBeGreaterThanOrEqual(5);
    expect(take()).toBe(false);
  });
});
