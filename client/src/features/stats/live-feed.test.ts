import { describe, expect, it } from '@jest/globals';
import type { LiveBody } from '../../../../src/contracts/live-http.ts';
import { aStatus } from '../sale/testing/a-status.ts';
import { HISTORY_SEC, withNews, withTick, type LiveFeedState } from './live-feed.ts';

const empty: LiveFeedState = {
  ...{ live: undefined, error: null, newestSec: 0, events: [] },
  ...{ sale: new Map(), instance: new Map() },
};
const aBody = (change: Partial<LiveBody> = {}): LiveBody => ({
  ...{ saleId: 's', name: 'Drop', state: 'active', startsAt: '', endsAt: '', serverTime: '' },
  ...{ perShopperLimit: 1, version: 1, saleSamples: [], instanceSamples: [], events: [] },
  ...change,
});
const instanceAt = (at: number) => ({ at, jobs: 0, oldestMs: 0, cpu: 0, memoryBytes: 0, loopLateMs: 0 });

describe('what the live screen knows', () => {
  it('grows by what is new, and lets go of what is older than an hour', () => {
    const first = withNews(empty, aBody({ instanceSamples: [instanceAt(10), instanceAt(11)] }));
    expect(first.newestSec).toBe(11);
    const later = withNews(first, aBody({ instanceSamples: [instanceAt(11 + HISTORY_SEC)] }));
    expect([...later.instance.keys()]).toEqual([11, 11 + HISTORY_SEC]);
  });

  it('shows an event once, however often it is told, the newest first', () => {
    const [pause, resume] = [
      { id: 'audit:1', at: 10, kind: 'operator' as const, action: 'sale.pause' },
      { id: 'audit:2', at: 12, kind: 'operator' as const, action: 'sale.resume' },
    ];
    const first = withNews(empty, aBody({ events: [pause] }));
    const second = withNews(first, aBody({ events: [pause, resume] }));
    expect(second.events.map(({ id }) => id)).toEqual(['audit:2', 'audit:1']);
    expect(withNews(second, aBody({ events: [pause] })).events).toBe(second.events);
  });

  it('keeps its seconds when an answer has none', () => {
    const first = withNews(empty, aBody({ instanceSamples: [instanceAt(10)] }));
    expect(withNews(first, aBody()).instance).toBe(first.instance);
  });

  it('takes from a tick what the gate says, and nothing from one that is older than the reading', () => {
    const none = { p50: 0, p95: 0, p99: 0 };
    const stats: NonNullable<LiveBody['stats']> = {
      ...{ saleId: 's', state: 'open', serverTime: '', invariants: [] },
      stock: { total: 10, sold: 3, promised: 1, remaining: 6 },
      attempts: { received: 0, admitted: 0, confirmed: 0, rejected: {} },
      queue: { waiting: 0, active: 0, delayed: 0, failed: 0, oldestMs: 0 },
      repairs: { gatesRebuilt: 0, attemptsAdopted: 0, batchesEnqueuedAgain: 0, unitsCorrected: 0 },
      throughput: { attemptsPerSec: 0, confirmedPerSec: 0 },
      latencyMs: { accept: none, settle: none, outcome: none },
    };
    const read = withNews(empty, aBody({ serverTime: '2026-03-01T12:00:01.000Z', stats }));
    const tick = aStatus({ state: 'paused', stock: { total: 10, remaining: 5 } });
    const newer = withTick(read, { ...tick, serverTime: '2026-03-01T12:00:01.200Z' });
    expect(newer.live?.stats).toMatchObject({
      state: 'paused',
      stock: { total: 10, sold: 3, promised: 2, remaining: 5 },
    });
    expect(withTick(read, { ...tick, serverTime: '2026-03-01T12:00:00.900Z' })).toBe(read);
    expect(withTick(empty, tick)).toBe(empty);
  });
});
