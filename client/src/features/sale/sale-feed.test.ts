import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { SaleStatusBody } from '../../../../src/contracts/http.ts';
import type { Answer, Http } from '../../lib/http.ts';
import { createSaleFeed } from './sale-feed.ts';
import { aStatus } from './testing/a-status.ts';

const SECOND = 1_000;

function setUp() {
  const reads: Answer<SaleStatusBody>[] = [];
  let readCount = 0;
  let connect = () => {};
  let tick = (_body: SaleStatusBody) => {};
  const stops: string[] = [];
  const feed = createSaleFeed(
    {
      http: (async () => {
        readCount += 1;
        return reads.shift() ?? { kind: 'unreachable' };
      }) as Http,
      clock: { observe: () => {} },
      live: {
        isConnected: () => true,
        subscribe: () => () => {},
        renew: () => {},
        onOutcome: () => () => {},
        onCancelled: () => () => {},
        onConnect: (listener) => {
          connect = listener;
          return () => stops.push('connect');
        },
        watchSale: (_saleId, listener) => {
          tick = listener;
          return () => stops.push('watch');
        },
      },
    },
    'sale',
  );
  return {
    feed,
    reads,
    stops,
    connect: () => connect(),
    tick: (body: SaleStatusBody) => tick(body),
    readCount: () => readCount,
  };
}

describe('a sale feed', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('reads the snapshot at the start and at each connect', async () => {
    const { feed, reads, connect, readCount } = setUp();
    reads.push({ kind: 'ok', body: aStatus({ seq: 1 }) }, { kind: 'ok', body: aStatus({ seq: 2 }) });
    const stop = feed.start();
    await jest.advanceTimersByTimeAsync(0);
    expect(feed.current().status?.seq).toBe(1);
    connect();
    await jest.advanceTimersByTimeAsync(0);
    expect(feed.current().status?.seq).toBe(2);
    expect(readCount()).toBe(2);
    stop();
  });

  it('reads again after five seconds without a tick, and not before', async () => {
    const { feed, reads, tick, readCount } = setUp();
    reads.push({ kind: 'ok', body: aStatus() }, { kind: 'ok', body: aStatus() });
    const stop = feed.start();
    await jest.advanceTimersByTimeAsync(4 * SECOND);
    tick(aStatus({ seq: 8 }));
    await jest.advanceTimersByTimeAsync(4 * SECOND);
    expect(readCount()).toBe(1);
    await jest.advanceTimersByTimeAsync(SECOND);
    expect(readCount()).toBe(2);
    stop();
  });

  it('goes on polling while nothing can be reached, keeps what it showed, and heals', async () => {
    const { feed, reads } = setUp();
    reads.push(
      { kind: 'ok', body: aStatus({ seq: 1 }) },
      { kind: 'unreachable' },
      { kind: 'ok', body: aStatus({ seq: 3 }) },
    );
    const stop = feed.start();
    await jest.advanceTimersByTimeAsync(5 * SECOND);
    expect(feed.current()).toMatchObject({ status: { seq: 1 }, trouble: 'unreachable' });
    await jest.advanceTimersByTimeAsync(5 * SECOND);
    expect(feed.current()).toMatchObject({ status: { seq: 3 }, trouble: undefined });
    stop();
  });

  it('never shows a snapshot that is older than the tick before it', async () => {
    const { feed, reads, tick } = setUp();
    reads.push({ kind: 'ok', body: aStatus({ seq: 4, stock: { total: 10, remaining: 9 } }) });
    const stop = feed.start();
    tick(aStatus({ seq: 5, stock: { total: 10, remaining: 8 } }));
    await jest.advanceTimersByTimeAsync(0);
    expect(feed.current().status?.stock.remaining).toBe(8);
    stop();
  });

  it('is silent once stopped', async () => {
    const { feed, stops, readCount } = setUp();
    const stop = feed.start();
    await jest.advanceTimersByTimeAsync(0);
    stop();
    await jest.advanceTimersByTimeAsync(60 * SECOND);
    expect(stops).toEqual(['watch', 'connect']);
    expect(readCount()).toBe(1);
  });
});
